BEGIN TRANSACTION;
CREATE TABLE about (
	name VARCHAR(40) NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "about" VALUES('layout','1');
INSERT INTO "about" VALUES('ledger','d94fc9b2');
INSERT INTO "about" VALUES('extra_headers','{"headers": ["Tổ"], "revision": 3}');
CREATE TABLE assignments (
	task_id VARCHAR(20) NOT NULL, 
	unit VARCHAR(40) NOT NULL, 
	fields TEXT NOT NULL, 
	created INTEGER NOT NULL, 
	revision INTEGER NOT NULL, 
	unit_update DATE, 
	extension_count INTEGER NOT NULL, 
	PRIMARY KEY (task_id, unit), 
	FOREIGN KEY(task_id) REFERENCES tasks (task_id), 
	FOREIGN KEY(created) REFERENCES revisions (number), 
	FOREIGN KEY(revision) REFERENCES revisions (number)
);
INSERT INTO "assignments" VALUES('NV-2026-00001','cctl','{"deadline": {"day": "2026-06-29"}, "extended_deadline": {"day": "2026-07-15"}, "progress": "Đang làm", "reported_date": {"day": "2026-05-20"}, "task_content": "Kiểm tra hồ chứa"}',1,3,'2026-06-03',1);
INSERT INTO "assignments" VALUES('NV-2026-00001','cckl','{"deadline": {"day": "2026-06-30"}, "reported_date": {"day": "2026-05-20"}, "task_content": "Kiểm tra hồ chứa"}',1,1,'2026-05-20',0);
INSERT INTO "assignments" VALUES('NV-2026-00002','khtc','{}',1,1,NULL,0);
INSERT INTO "assignments" VALUES('NV-2026-00003','cctl','{"task_content": "Việc thiếu"}',5,5,NULL,0);
CREATE TABLE changes (
	id INTEGER NOT NULL, 
	revision INTEGER NOT NULL, 
	task_id VARCHAR(20) NOT NULL, 
	unit VARCHAR(40) NOT NULL, 
	field TEXT NOT NULL, 
	old TEXT NOT NULL, 
	new TEXT NOT NULL, 
	rule VARCHAR(20) NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(task_id, unit) REFERENCES assignments (task_id, unit), 
	CONSTRAINT change_changes CHECK (old <> new), 
	FOREIGN KEY(revision) REFERENCES revisions (number)
);
INSERT INTO "changes" VALUES(1,1,'NV-2026-00001','cctl','task_content','null','"Kiểm tra hồ chứa"','13');
INSERT INTO "changes" VALUES(2,1,'NV-2026-00001','cctl','deadline','null','{"day": "2026-06-30"}','13');
INSERT INTO "changes" VALUES(3,1,'NV-2026-00001','cctl','reported_date','null','{"day": "2026-05-20"}','13');
INSERT INTO "changes" VALUES(4,1,'NV-2026-00001','cckl','task_content','null','"Kiểm tra hồ chứa"','13');
INSERT INTO "changes" VALUES(5,1,'NV-2026-00001','cckl','deadline','null','{"day": "2026-06-30"}','13');
INSERT INTO "changes" VALUES(6,1,'NV-2026-00001','cckl','reported_date','null','{"day": "2026-05-20"}','13');
INSERT INTO "changes" VALUES(7,2,'NV-2026-00001','cctl','progress','null','"Đang làm"','1');
INSERT INTO "changes" VALUES(8,3,'NV-2026-00001','cctl','extended_deadline','null','{"day": "2026-07-15"}','5');
INSERT INTO "changes" VALUES(9,3,'NV-2026-00001','cctl','deadline','{"day": "2026-06-30"}','{"day": "2026-06-29"}','5');
INSERT INTO "changes" VALUES(10,5,'NV-2026-00003','cctl','task_content','null','"Việc thiếu"','13');
CREATE TABLE conflicts (
	number INTEGER NOT NULL, 
	task_id VARCHAR(20) NOT NULL, 
	unit VARCHAR(40) NOT NULL, 
	field TEXT NOT NULL, 
	base TEXT NOT NULL, 
	ours TEXT NOT NULL, 
	theirs TEXT NOT NULL, 
	revision INTEGER NOT NULL, 
	file TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	state VARCHAR(12) NOT NULL, 
	settled INTEGER, 
	reason TEXT NOT NULL, 
	PRIMARY KEY (number), 
	FOREIGN KEY(task_id, unit) REFERENCES assignments (task_id, unit), 
	CONSTRAINT conflict_state_is_known CHECK (state in ('open', 'ours', 'theirs', 'other', 'replaced')), 
	CONSTRAINT settled_conflicts_say_when CHECK ((state = 'open') = (settled is null)), 
	FOREIGN KEY(revision) REFERENCES revisions (number), 
	FOREIGN KEY(settled) REFERENCES revisions (number)
);
INSERT INTO "conflicts" VALUES(1,'NV-2026-00001','cckl','progress','null','"Xong"','"Chưa"',4,'b.xlsx','2026-06-04 09:30:00.000000','theirs',5,'gọi điện');
INSERT INTO "conflicts" VALUES(2,'NV-2026-00001','cckl','difficulty','null','null','"Thiếu người"',4,'b.xlsx','2026-06-04 09:30:00.000000','open',NULL,'');
CREATE TABLE drawings (
	digest VARCHAR(64) NOT NULL, 
	revision INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	latest BOOLEAN NOT NULL, 
	PRIMARY KEY (digest)
);
INSERT INTO "drawings" VALUES('r1',3,'2026-06-03 11:00:00.000000',1);
CREATE TABLE files (
	digest VARCHAR(64) NOT NULL, 
	content VARCHAR(64) NOT NULL, 
	name TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	issue VARCHAR(40) NOT NULL, 
	unit VARCHAR(40) NOT NULL, 
	period VARCHAR(40) NOT NULL, 
	verdict VARCHAR(20) NOT NULL, 
	revision INTEGER, 
	report TEXT NOT NULL, 
	findings TEXT NOT NULL, 
	PRIMARY KEY (digest), 
	FOREIGN KEY(revision) REFERENCES revisions (number)
);
INSERT INTO "files" VALUES('d1','c1','d1.xlsx','2026-06-02 09:00:00.000000','i1','cctl','2026-M06','partly',2,'{}','[]');
INSERT INTO "files" VALUES('d4','c4','d4.xlsx','2026-06-02 09:00:00.000000','i1','cctl','2026-M06','accepted',4,'{}','[]');
INSERT INTO "files" VALUES('d2','c1','d2.xlsx','2026-06-02 09:00:00.000000','i1','cctl','2026-M06','accepted',NULL,'{}','[]');
INSERT INTO "files" VALUES('d3','c1','d3.xlsx','2026-06-02 09:00:00.000000','i1','cctl','2026-M06','accepted',NULL,'{}','[]');
CREATE TABLE issues (
	issue VARCHAR(40) NOT NULL, 
	unit VARCHAR(40) NOT NULL, 
	period VARCHAR(40) NOT NULL, 
	revision INTEGER NOT NULL, 
	content VARCHAR(32) NOT NULL, 
	at DATETIME NOT NULL, 
	rows TEXT NOT NULL, 
	PRIMARY KEY (issue)
);
INSERT INTO "issues" VALUES('i0','cctl','2026-M05',0,'x','2026-06-01 10:00:00.000000','[]');
INSERT INTO "issues" VALUES('i1','cctl','2026-M06',1,'y','2026-06-01 10:00:00.000000','["NV-2026-00001"]');
CREATE TABLE proposals (
	number INTEGER NOT NULL, 
	unit VARCHAR(40) NOT NULL, 
	fields TEXT NOT NULL, 
	revision INTEGER NOT NULL, 
	file TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	state VARCHAR(12) NOT NULL, 
	settled INTEGER, 
	task_id VARCHAR(20), 
	PRIMARY KEY (number), 
	CONSTRAINT proposal_state_is_known CHECK (state in ('open', 'accepted', 'declined')), 
	CONSTRAINT settled_proposals_say_when CHECK ((state = 'open') = (settled is null)), 
	FOREIGN KEY(revision) REFERENCES revisions (number), 
	FOREIGN KEY(settled) REFERENCES revisions (number)
);
INSERT INTO "proposals" VALUES(1,'cctl','{"task_content": "Việc thiếu"}',2,'a.xlsx','2026-06-02 09:30:00.000000','accepted',5,'NV-2026-00003');
INSERT INTO "proposals" VALUES(2,'cctl','{"task_content": "Việc khác"}',2,'a.xlsx','2026-06-02 09:30:00.000000','declined',5,NULL);
CREATE TABLE revisions (
	number INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	who TEXT NOT NULL, 
	source VARCHAR(20) NOT NULL, 
	file TEXT NOT NULL, 
	digest VARCHAR(64) NOT NULL, 
	note TEXT NOT NULL, 
	drawn INTEGER, 
	PRIMARY KEY (number), 
	CONSTRAINT revision_is_positive CHECK (number > 0), 
	CONSTRAINT revision_source_is_known CHECK (source in ('takeover', 'office', 'unit', 'choice'))
);
INSERT INTO "revisions" VALUES(1,'2026-06-01 09:30:00.000000','Văn phòng','takeover','','','',NULL);
INSERT INTO "revisions" VALUES(2,'2026-06-02 09:30:00.000000','cctl','unit','a.xlsx','d1','',NULL);
INSERT INTO "revisions" VALUES(3,'2026-06-03 09:30:00.000000','Văn phòng','office','','','',2);
INSERT INTO "revisions" VALUES(4,'2026-06-04 09:30:00.000000','cckl','unit','b.xlsx','d4','',NULL);
INSERT INTO "revisions" VALUES(5,'2026-06-05 09:30:00.000000','Văn phòng','choice','','','',NULL);
CREATE TABLE tasks (
	task_id VARCHAR(20) NOT NULL, 
	year INTEGER NOT NULL, 
	number INTEGER NOT NULL, 
	created INTEGER NOT NULL, 
	PRIMARY KEY (task_id), 
	FOREIGN KEY(created) REFERENCES revisions (number)
);
INSERT INTO "tasks" VALUES('NV-2026-00001',2026,1,1);
INSERT INTO "tasks" VALUES('NV-2026-00002',2026,2,1);
INSERT INTO "tasks" VALUES('NV-2026-00003',2026,3,5);
CREATE UNIQUE INDEX one_number_per_year ON tasks (year, number);
CREATE INDEX files_by_content ON files (content);
CREATE INDEX assignments_by_unit ON assignments (unit);
CREATE INDEX changes_by_assignment ON changes (task_id, unit, revision);
CREATE INDEX changes_by_revision ON changes (revision);
CREATE INDEX conflicts_by_state ON conflicts (state);
COMMIT;
