"""The Celery application: `celery -A mavis worker` and `celery -A mavis beat`."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mavis.settings")

app = Celery("mavis")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
