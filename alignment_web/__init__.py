"""Composition: settings, URLs, the Celery app and the WSGI entry point."""

from alignment_web.celery import app as celery_app

__all__ = ["celery_app"]
