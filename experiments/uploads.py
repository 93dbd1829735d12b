"""Uploads go straight to a file under DATA_DIR, piece by piece; a full disk ends one with a sentence."""

import os
import secrets
import shutil
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload, TemporaryFileUploadHandler
from django.http import HttpRequest

KEEP_FREE = 256 * 2**20


def uploads_folder() -> Path:
    """Where uploads wait for their import."""
    folder = Path(settings.DATA_DIR) / "uploads"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


class Upload(TemporaryUploadedFile):
    """A file that arrives, in the uploads folder; it vanishes when it is closed before it was kept."""

    def __init__(self, name: str, content_type: str, charset: str | None) -> None:
        file = tempfile.NamedTemporaryFile(prefix="arriving-", dir=uploads_folder())  # noqa: SIM115
        UploadedFile.__init__(self, file, name, content_type, 0, charset)


class DiskUploadHandler(TemporaryFileUploadHandler):
    """Django's handler to disk, which stops writing and remembers why when the disk is full."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        self._stop_when_full(0)
        FileUploadHandler.new_file(self, *args, **kwargs)
        self.file = Upload(self.file_name or "upload", self.content_type or "", self.charset)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._stop_when_full(len(raw_data))
        try:
            super().receive_data_chunk(raw_data, start)
        except OSError as error:
            self._stop(
                f"The file could not be kept ({error.strerror}): free space in DATA_DIR and try again."
            )

    def _stop_when_full(self, more: int) -> None:
        if shutil.disk_usage(settings.DATA_DIR).free - more < KEEP_FREE:
            self._stop("The disk of DATA_DIR is full: free space there and send the file again.")

    def _stop(self, sentence: str) -> None:
        if self.request is not None:
            self.request.upload_error = sentence  # type: ignore[attr-defined]
        raise StopUpload(connection_reset=False)


def upload_error(request: HttpRequest) -> str:
    """Why the request's file could not be kept; "" when it was."""
    return getattr(request, "upload_error", "")


def keep_upload(file: TemporaryUploadedFile) -> str:
    """Gives an uploaded file, which lies in the uploads folder already, a name that stays; returns it."""
    name = f"{secrets.token_hex(16)}.upload"
    os.rename(file.temporary_file_path(), uploads_folder() / name)
    file.close()
    return name
