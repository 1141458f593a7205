"""Has gunicorn, which reads this by itself, log as Mavis does."""

import logging
import os

from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mavis.settings")
logconfig_dict = settings.LOGGING
logging.captureWarnings(True)

# Nobody asks anything there, and two of one machine would share it.
control_socket_disable = True
