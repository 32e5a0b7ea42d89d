"""The watched folder: files that are dropped into the inbox are taken in, and the register is kept right."""

from __future__ import annotations

from tdnv_sheets.pipeline.watch.run import Stop, watch, watch_once
from tdnv_sheets.pipeline.watch.said import Said, Weight
from tdnv_sheets.pipeline.watch.watcher import How, Now, Watcher

__all__ = ["How", "Now", "Said", "Stop", "Watcher", "Weight", "watch", "watch_once"]
