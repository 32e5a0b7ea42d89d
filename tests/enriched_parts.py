"""What offices add to a workbook, each as Excel writes it: pivots, slicers, charts, pictures, controls, comments, data from outside."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Final

from tests.enriched_package import MAIN, MS, OFFICE, SML, R, cells

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.enriched_package import Package

PNG: Final = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAIAAAACUFjqAAAAEklEQVR4nGNg+M+AB+GTG8HSALfcT7FcQM0WAAAAAElFTkSuQmCC"
)
XDR: Final = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
A: Final = "http://schemas.openxmlformats.org/drawingml/2006/main"
C: Final = "http://schemas.openxmlformats.org/drawingml/2006/chart"
MC: Final = "http://schemas.openxmlformats.org/markup-compatibility/2006"
X14: Final = f"{MS}spreadsheetml/2009/9/main"
X15: Final = f"{MS}spreadsheetml/2010/11/main"
XM: Final = f"{MS}excel/2006/main"
DRAWING: Final = "application/vnd.openxmlformats-officedocument.drawing+xml"
CHART: Final = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
PERSON: Final = "{5B4C4A2E-6C7B-4B62-8E2C-0D6E3B1F0A11}"
TASKS: Final = "'Nhiệm vụ'"


def chart(title: str, categories: str, values: str) -> str:
    """Give a column chart over two ranges."""
    return (
        f'<c:chartSpace xmlns:c="{C}" xmlns:a="{A}" xmlns:r="{R}"><c:chart><c:title><c:tx><c:rich><a:bodyPr/><a:p><a:r>'
        f'<a:t>{title}</a:t></a:r></a:p></c:rich></c:tx><c:overlay val="0"/></c:title><c:autoTitleDeleted val="0"/>'
        '<c:plotArea><c:layout/><c:barChart><c:barDir val="col"/><c:grouping val="clustered"/><c:varyColors val="0"/>'
        f'<c:ser><c:idx val="0"/><c:order val="0"/><c:cat><c:strRef><c:f>{categories}</c:f></c:strRef></c:cat>'
        f"<c:val><c:numRef><c:f>{values}</c:f></c:numRef></c:val></c:ser>"
        '<c:gapWidth val="150"/><c:axId val="111"/><c:axId val="112"/></c:barChart><c:catAx><c:axId val="111"/><c:scaling>'
        '<c:orientation val="minMax"/></c:scaling><c:delete val="0"/><c:axPos val="b"/><c:crossAx val="112"/></c:catAx>'
        '<c:valAx><c:axId val="112"/><c:scaling><c:orientation val="minMax"/></c:scaling><c:delete val="0"/>'
        '<c:axPos val="l"/><c:crossAx val="111"/></c:valAx></c:plotArea><c:plotVisOnly val="1"/></c:chart></c:chartSpace>'
    )


def anchor(row: int, column: int, inside: str) -> str:
    """Give a place over cells for something drawn."""
    spot = "<xdr:col>{}</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>{}</xdr:row><xdr:rowOff>0</xdr:rowOff>"
    start, end = spot.format(column, row), spot.format(column + 4, row + 10)
    return (
        f"<xdr:twoCellAnchor><xdr:from>{start}</xdr:from><xdr:to>{end}</xdr:to>{inside}<xdr:clientData/>"
        "</xdr:twoCellAnchor>"
    )


def frame(number: int, name: str, relation: str) -> str:
    """Give the frame of a chart."""
    return (
        f'<xdr:graphicFrame macro=""><xdr:nvGraphicFramePr><xdr:cNvPr id="{number}" name="{name}"/><xdr:cNvGraphicFramePr/>'
        '</xdr:nvGraphicFramePr><xdr:xfrm><a:off x="0" y="0"/><a:ext cx="0" cy="0"/></xdr:xfrm><a:graphic>'
        f'<a:graphicData uri="{C}"><c:chart xmlns:c="{C}" r:id="{relation}"/></a:graphicData></a:graphic></xdr:graphicFrame>'
    )


def picture(number: int, name: str, relation: str) -> str:
    """Give a picture."""
    return (
        f'<xdr:pic><xdr:nvPicPr><xdr:cNvPr id="{number}" name="{name}" descr="con dấu"/><xdr:cNvPicPr/></xdr:nvPicPr>'
        f'<xdr:blipFill><a:blip xmlns:r="{R}" r:embed="{relation}"/><a:stretch><a:fillRect/></a:stretch></xdr:blipFill><xdr:spPr>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></xdr:spPr></xdr:pic>'
    )


def text_box(number: int, name: str, text: str) -> str:
    """Give a text box."""
    return (
        f'<xdr:sp macro="" textlink=""><xdr:nvSpPr><xdr:cNvPr id="{number}" name="{name}"/><xdr:cNvSpPr txBox="1"/></xdr:nvSpPr>'
        '<xdr:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="900000" cy="300000"/></a:xfrm><a:prstGeom prst="roundRect">'
        '<a:avLst/></a:prstGeom></xdr:spPr><xdr:txBody><a:bodyPr/><a:p><a:r><a:rPr lang="vi-VN"/>'
        f"<a:t>{text}</a:t></a:r></a:p></xdr:txBody></xdr:sp>"
    )


def add_drawing(pack: Package, name: str, *, chart_of: str, said: str) -> str:
    """Add a drawing with a chart, a picture and a text box; gives its part."""
    drawing = f"xl/drawings/{name}.xml"
    part = pack.add(f"xl/charts/chart_{name}.xml", chart_of, CHART)
    image = f"xl/media/{name}.png"
    pack.default("png", "image/png")
    pack.parts[image] = PNG
    things = (
        anchor(2, 1, frame(2, f"Biểu đồ {name}", pack.relate(drawing, f"{OFFICE}chart", part))),
        anchor(14, 1, picture(3, f"Hình {name}", pack.relate(drawing, f"{OFFICE}image", image))),
        anchor(26, 1, text_box(4, f"Hộp chữ {name}", said)),
    )
    return pack.add(
        drawing, f'<xdr:wsDr xmlns:xdr="{XDR}" xmlns:a="{A}" xmlns:r="{R}">{"".join(things)}</xdr:wsDr>', DRAWING
    )


def add_pivot(pack: Package, sheet: str, captions: Sequence[str]) -> None:
    """Add a pivot table over our table to a sheet; how many tasks each unit has."""
    fields = "".join(f'<cacheField name="{caption}" numFmtId="0"><sharedItems/></cacheField>' for caption in captions)
    cache = pack.add(
        "xl/pivotCache/pivotCacheDefinition1.xml",
        f'<pivotCacheDefinition xmlns="{MAIN}" xmlns:r="{R}" saveData="0" refreshOnLoad="1" refreshedBy="Văn thư" '
        'refreshedDate="46192" createdVersion="6" refreshedVersion="6" minRefreshableVersion="3" recordCount="0">'
        f'<cacheSource type="worksheet"><worksheetSource name="tblNhiemVu"/></cacheSource>'
        f'<cacheFields count="{len(captions)}">{fields}</cacheFields></pivotCacheDefinition>',
        f"{SML}pivotCacheDefinition+xml",
    )
    relation = pack.relate("xl/workbook.xml", f"{OFFICE}pivotCacheDefinition", cache)
    caches = f'<pivotCaches><pivotCache cacheId="7" xmlns:r="{R}" r:id="{relation}"/></pivotCaches>'
    pack.before("xl/workbook.xml", ("<extLst", "</workbook>"), caches)
    axis = '<pivotField axis="axisRow" showAll="0"><items count="1"><item t="default"/></items></pivotField>'
    plain = '<pivotField showAll="0"/>'
    counted = '<pivotField dataField="1" showAll="0"/>'
    shown = "".join({0: counted, 1: axis}.get(index, plain) for index in range(len(captions)))
    pivot = pack.add(
        "xl/pivotTables/pivotTable1.xml",
        f'<pivotTableDefinition xmlns="{MAIN}" name="PivotTable1" cacheId="7" dataOnRows="0" applyNumberFormats="0" '
        'applyBorderFormats="0" applyFontFormats="0" applyPatternFormats="0" applyAlignmentFormats="0" '
        'applyWidthHeightFormats="1" dataCaption="Values" updatedVersion="6" minRefreshableVersion="3" createdVersion="6" '
        'outline="1" outlineData="1"><location ref="A3:B5" firstHeaderRow="1" firstDataRow="1" firstDataCol="1"/>'
        f'<pivotFields count="{len(captions)}">{shown}</pivotFields><rowFields count="1"><field x="1"/></rowFields>'
        '<rowItems count="1"><i t="grand"><x/></i></rowItems><colItems count="1"><i/></colItems>'
        '<dataFields count="1"><dataField name="Số việc" fld="0" subtotal="count" baseField="0" baseItem="0"/></dataFields>'
        "</pivotTableDefinition>",
        f"{SML}pivotTable+xml",
    )
    pack.relate(pivot, f"{OFFICE}pivotCacheDefinition", cache)
    pack.relate(sheet, f"{OFFICE}pivotTable", pivot)


def add_slicer(pack: Package, sheet: str, drawing: str, table: int, column: int) -> None:
    """Add a slicer of our table's column, which knows table and column by their numbers; the sheet lists it in its extLst."""
    cache = pack.add(
        "xl/slicerCaches/slicerCache1.xml",
        f'<slicerCacheDefinition xmlns="{X14}" xmlns:mc="{MC}" mc:Ignorable="x" xmlns:x="{MAIN}" name="Slicer_Đơn_vị" '
        f'sourceName="Đơn vị chủ trì"><extLst><x:ext uri="{{2F2917AC-EB37-4324-AD4E-5DD8C200BD13}}" xmlns:x15="{X15}">'
        f'<x15:tableSlicerCache tableId="{table}" column="{column}"/></x:ext></extLst></slicerCacheDefinition>',
        "application/vnd.ms-excel.slicerCache+xml",
    )
    relation = pack.relate("xl/workbook.xml", f"{MS}2007/relationships/slicerCache", cache)
    pack.name("Slicer_Đơn_vị", "#N/A")
    pack.before(
        "xl/workbook.xml",
        ("</workbook>",),
        f'<extLst><ext uri="{{46BE6895-7355-4a93-B00E-2C351335B9C9}}" xmlns:x15="{X15}"><x15:slicerCaches xmlns:x14="{X14}">'
        f'<x14:slicerCache xmlns:r="{R}" r:id="{relation}"/></x15:slicerCaches></ext></extLst>',
    )
    slicer = pack.add(
        "xl/slicers/slicer1.xml",
        f'<slicers xmlns="{X14}" xmlns:mc="{MC}" mc:Ignorable="x" xmlns:x="{MAIN}">'
        '<slicer name="Đơn vị chủ trì" cache="Slicer_Đơn_vị" caption="Đơn vị chủ trì" rowHeight="241300"/></slicers>',
        "application/vnd.ms-excel.slicer+xml",
    )
    listed = pack.relate(sheet, f"{MS}2007/relationships/slicer", slicer)
    pack.before(
        sheet,
        ("</extLst>",),
        f'<ext uri="{{3A4CF648-6AED-40f4-86FF-DC5316D8AED3}}" xmlns:x15="{X15}"><x14:slicerList xmlns:x14="{X14}">'
        f'<x14:slicer r:id="{listed}"/></x14:slicerList></ext>',
    )
    graphic = (
        f'<mc:AlternateContent xmlns:mc="{MC}" xmlns:sle15="{MS}drawing/2012/slicer"><mc:Choice Requires="sle15">'
        '<xdr:graphicFrame macro=""><xdr:nvGraphicFramePr><xdr:cNvPr id="9" name="Đơn vị chủ trì"/><xdr:cNvGraphicFramePr/>'
        '</xdr:nvGraphicFramePr><xdr:xfrm><a:off x="0" y="0"/><a:ext cx="0" cy="0"/></xdr:xfrm><a:graphic>'
        f'<a:graphicData uri="{MS}drawing/2010/slicer"><sle:slicer xmlns:sle="{MS}drawing/2010/slicer" name="Đơn vị chủ trì"/>'
        f"</a:graphicData></a:graphic></xdr:graphicFrame></mc:Choice><mc:Fallback>{text_box(9, 'slicer', 'slicer')}"
        "</mc:Fallback></mc:AlternateContent>"
    )
    pack.before(drawing, ("</xdr:wsDr>",), anchor(40, 1, graphic))


def note_shape(number: int, row: int, column: int) -> str:
    """Give the shape of a note as Excel draws it; row and column count from 0."""
    return (
        f'<v:shape id="_x0000_s{number}" type="#_x0000_t202" style="position:absolute;visibility:hidden" fillcolor="#ffffe1" '
        'o:insetmode="auto"><v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/><v:textbox>'
        '<div style="text-align:left"></div></v:textbox><x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
        f"<x:Anchor>{column + 1}, 15, {row}, 10, {column + 3}, 15, {row + 4}, 4</x:Anchor><x:AutoFill>False</x:AutoFill>"
        f"<x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
    )


def check_box_shape(number: int) -> str:
    """Give the shape of a check box, with the line break that is no XML elsewhere but that Excel reads."""
    return (
        f'<v:shape id="_x0000_s{number}" type="#_x0000_t201" style="position:absolute;width:72pt;height:18pt" filled="f" '
        'stroked="f" o:insetmode="auto"><v:textbox style="mso-direction-alt:auto"><div style="text-align:left">Đã kiểm tra</div>'
        '</v:textbox><x:ClientData ObjectType="Checkbox"><x:SizeWithCells/><x:Anchor>1, 10, 1, 5, 2, 20, 2, 10</x:Anchor>'
        "<x:AutoFill>False</x:AutoFill><x:Checked>1</x:Checked><x:NoThreeD/></x:ClientData></v:shape>"
    )


def vml(*shapes: str) -> str:
    """Give a part of old shapes."""
    return (
        '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
        'xmlns:x="urn:schemas-microsoft-com:office:excel"><o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="1"/>'
        '</o:shapelayout><v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
        '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
        f"{''.join(shapes)}</xml>"
    )


def add_comments(pack: Package, sheet: str, stem: str, threads: Sequence[tuple[str, str]], *more: str) -> str:
    """Add threaded comments (cell, text) with the notes that older Excels show; gives the id of the part of shapes."""
    notes, talk, shapes = [], [], []
    guid = "{{A1B2C3D4-0000-4000-8000-{:012d}}}"
    for index, (place, text) in enumerate(threads):
        key = guid.format(len(stem) * 1000 + index)
        notes.append((key, place, text))
        talk.append(
            f'<threadedComment ref="{place}" dT="2026-06-18T02:00:00.00" personId="{PERSON}" id="{key}"><text>{text}</text></threadedComment>'
        )
        letters = place.rstrip("0123456789")
        column = 0
        for letter in letters:
            column = column * 26 + ord(letter) - 64
        shapes.append(note_shape(1025 + index, int(place[len(letters) :]) - 1, column - 1))
    authors = "".join(f"<author>tc={key}</author>" for key, _, _ in notes)
    listed = "".join(
        f'<comment ref="{place}" authorId="{index}" shapeId="0"><text><t>[Threaded comment] {text}</t></text></comment>'
        for index, (_, place, text) in enumerate(notes)
    )
    part = pack.add(
        f"xl/comments_{stem}.xml",
        f'<comments xmlns="{MAIN}"><authors>{authors}</authors><commentList>{listed}</commentList></comments>',
        f"{SML}comments+xml",
    )
    pack.relate(sheet, f"{OFFICE}comments", part)
    thread = pack.add(
        f"xl/threadedComments/threadedComment_{stem}.xml",
        f'<ThreadedComments xmlns="{MS}spreadsheetml/2018/threadedcomments">{"".join(talk)}</ThreadedComments>',
        "application/vnd.ms-excel.threadedcomments+xml",
    )
    pack.relate(sheet, f"{MS}2017/10/relationships/threadedComment", thread)
    if "xl/persons/person.xml" not in pack.parts:
        person = pack.add(
            "xl/persons/person.xml",
            f'<personList xmlns="{MS}spreadsheetml/2018/threadedcomments"><person displayName="Văn thư" id="{PERSON}" '
            'userId="van-thu" providerId="None"/></personList>',
            "application/vnd.ms-excel.person+xml",
        )
        pack.relate("xl/workbook.xml", f"{MS}2017/10/relationships/person", person)
    pack.default("vml", "application/vnd.openxmlformats-officedocument.vmlDrawing")
    name = f"xl/drawings/vml_{stem}.vml"
    pack.parts[name] = vml(*shapes, *more).encode()
    return pack.relate(sheet, f"{OFFICE}vmlDrawing", name)


def add_check_box(pack: Package, sheet: str) -> str:
    """Add the properties of a check box; gives the <controls> of its sheet, whose shape is number 1200."""
    part = pack.add(
        "xl/ctrlProps/ctrlProp1.xml",
        f'<formControlPr xmlns="{X14}" objectType="CheckBox" checked="Checked" lockText="1" noThreeD="1"/>',
        "application/vnd.ms-excel.controlproperties+xml",
    )
    relation = pack.relate(sheet, f"{OFFICE}ctrlProp", part)
    spot = "<xdr:col>1</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>{}</xdr:row><xdr:rowOff>0</xdr:rowOff>"
    return (
        f'<mc:AlternateContent xmlns:mc="{MC}"><mc:Choice xmlns:x14="{X14}" Requires="x14"><controls><mc:AlternateContent>'
        f'<mc:Choice Requires="x14"><control shapeId="1200" r:id="{relation}" name="Check Box 1"><controlPr defaultSize="0" '
        f'autoFill="0" autoLine="0" autoPict="0"><anchor moveWithCells="1"><from xmlns:xdr="{XDR}">{spot.format(1)}</from>'
        f'<to xmlns:xdr="{XDR}">{spot.format(3)}</to></anchor></controlPr></control></mc:Choice></mc:AlternateContent>'
        "</controls></mc:Choice></mc:AlternateContent>"
    )


def x14_rules(area: str, cell: str) -> str:
    """Give a colour rule and a check as Excel stores them when they look at another sheet."""
    return (
        f'<ext uri="{{78C0D931-6437-407d-A8EE-F0AAD7539E65}}" xmlns:x14="{X14}"><x14:conditionalFormattings>'
        f'<x14:conditionalFormatting xmlns:xm="{XM}"><x14:cfRule type="expression" priority="90" '
        f'id="{{0F9C9B7A-1111-4222-8333-944455566677}}"><xm:f>{cell}=&quot;x&quot;</xm:f><x14:dxf><fill>'
        f'<patternFill><bgColor rgb="FFFFEB9C"/></patternFill></fill></x14:dxf></x14:cfRule><xm:sqref>{area}</xm:sqref>'
        "</x14:conditionalFormatting></x14:conditionalFormattings></ext>"
        f'<ext uri="{{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}}" xmlns:x14="{X14}"><x14:dataValidations xmlns:xm="{XM}" count="1">'
        '<x14:dataValidation type="list" allowBlank="1" showErrorMessage="1"><x14:formula1><xm:f>Liệt_kê!$A$1:$A$3</xm:f>'
        f"</x14:formula1><xm:sqref>{area}</xm:sqref></x14:dataValidation></x14:dataValidations></ext>"
    )


def sparklines(*places: tuple[str, str]) -> str:
    """Give sparklines: (range, cell)."""
    lines = "".join(
        f"<x14:sparkline><xm:f>{area}</xm:f><xm:sqref>{cell}</xm:sqref></x14:sparkline>" for area, cell in places
    )
    return (
        f'<ext uri="{{05C60535-1F16-4fd2-B633-F4F36F0B64E0}}" xmlns:x14="{X14}"><x14:sparklineGroups xmlns:xm="{XM}">'
        '<x14:sparklineGroup displayEmptyCellsAs="gap"><x14:colorSeries rgb="FF376092"/><x14:colorNegative rgb="FFD00000"/>'
        '<x14:colorAxis rgb="FF000000"/><x14:colorMarkers rgb="FFD00000"/><x14:colorFirst rgb="FFD00000"/>'
        '<x14:colorLast rgb="FFD00000"/><x14:colorHigh rgb="FFD00000"/><x14:colorLow rgb="FFD00000"/>'
        f"<x14:sparklines>{lines}</x14:sparklines></x14:sparklineGroup></x14:sparklineGroups></ext>"
    )


def add_outside_data(pack: Package) -> None:
    """Add a sheet with data from a text file: a connection, a table and its query."""
    connection = pack.add(
        "xl/connections.xml",
        f'<connections xmlns="{MAIN}"><connection id="1" name="so-lieu" type="6" refreshedVersion="6" background="1" saveData="1">'
        '<textPr codePage="65001" sourceFile="so-lieu.csv" comma="1"><textFields><textField/></textFields></textPr>'
        "</connection></connections>",
        f"{SML}connections+xml",
    )
    pack.relate("xl/workbook.xml", f"{OFFICE}connections", connection)
    sheet = pack.add_sheet(
        "Số liệu ngoài",
        cells(("Xã", "Số hộ"), ("Xã A", "12"), ("Xã B", "7"))
        + '<tableParts count="1"><tablePart r:id="rId1"/></tableParts>',
    )
    table = pack.add(
        "xl/tables/table_ngoai.xml",
        f'<table xmlns="{MAIN}" id="40" name="tblNgoai" displayName="tblNgoai" ref="A1:B3" tableType="queryTable" totalsRowShown="0">'
        '<autoFilter ref="A1:B3"/><tableColumns count="2"><tableColumn id="1" uniqueName="1" name="Xã" queryTableFieldId="1"/>'
        '<tableColumn id="2" uniqueName="2" name="Số hộ" queryTableFieldId="2"/></tableColumns>'
        '<tableStyleInfo name="TableStyleMedium2" showFirstColumn="0" showLastColumn="0" showRowStripes="1" showColumnStripes="0"/>'
        "</table>",
        f"{SML}table+xml",
    )
    assert pack.relate(sheet, f"{OFFICE}table", table) == "rId1"
    query = pack.add(
        "xl/queryTables/queryTable1.xml",
        f'<queryTable xmlns="{MAIN}" name="so-lieu" connectionId="1" autoFormatId="16" applyNumberFormats="0" '
        'applyBorderFormats="0" applyFontFormats="0" applyPatternFormats="0" applyAlignmentFormats="0" '
        'applyWidthHeightFormats="0"><queryTableRefresh nextId="3"><queryTableFields count="2">'
        '<queryTableField id="1" name="Xã" tableColumnId="1"/><queryTableField id="2" name="Số hộ" tableColumnId="2"/>'
        "</queryTableFields></queryTableRefresh></queryTable>",
        f"{SML}queryTable+xml",
    )
    pack.relate(table, f"{OFFICE}queryTable", query)


def add_custom_xml(pack: Package) -> None:
    """Add a piece of the office's document system."""
    item = "customXml/item1.xml"
    pack.parts[item] = (
        b'<?xml version="1.0" encoding="UTF-8"?><vanBan xmlns="urn:van-phong"><ho_so>12/2026</ho_so></vanBan>'
    )
    pack.relate("xl/workbook.xml", f"{OFFICE}customXml", item)
    properties = pack.add(
        "customXml/itemProps1.xml",
        '<ds:datastoreItem ds:itemID="{7F2D3A10-9B1C-4E7D-8A55-0C1D2E3F4A5B}" '
        'xmlns:ds="http://schemas.openxmlformats.org/officeDocument/2006/customXml"><ds:schemaRefs>'
        '<ds:schemaRef ds:uri="urn:van-phong"/></ds:schemaRefs></ds:datastoreItem>',
        "application/vnd.openxmlformats-officedocument.customXmlProperties+xml",
    )
    pack.relate(item, f"{OFFICE}customXmlProps", properties)


def add_header_image(pack: Package, sheet: str) -> str:
    """Add a picture of a page header; gives the element that names it."""
    pack.default("vml", "application/vnd.openxmlformats-officedocument.vmlDrawing")
    pack.default("png", "image/png")
    name, image = "xl/drawings/vml_dau_trang.vml", "xl/media/dau_trang.png"
    pack.parts[image] = PNG
    relation = pack.relate(name, f"{OFFICE}image", image)
    shape = (
        '<v:shape id="LH" o:spid="_x0000_s2049" type="#_x0000_t75" style="position:absolute;width:30pt;height:30pt">'
        f'<v:imagedata o:relid="{relation}" o:title="quoc_huy"/></v:shape>'
    )
    pack.parts[name] = vml(shape).encode()
    return f'<legacyDrawingHF r:id="{pack.relate(sheet, f"{OFFICE}vmlDrawing", name)}"/>'


def add_printer(pack: Package, sheet: str, stem: str) -> str:
    """Add a printer's own settings; gives the relation."""
    pack.default("bin", f"{SML}printerSettings")
    name = f"xl/printerSettings/printer_{stem}.bin"
    pack.parts[name] = bytes(range(256)) * 3
    return pack.relate(sheet, f"{OFFICE}printerSettings", name)
