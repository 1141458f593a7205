"""The commands of Mavis itself. docker-compose.yml has the same; a test compares.

Where to listen is not in the command but in GUNICORN_CMD_ARGS.
"""

WEB = ("gunicorn", "mavis.wsgi", "--worker-class=gthread", "--workers=2", "--threads=8")
# Quiet is without a banner among the lines of the log.
WORKER = (
    *("celery", "-A", "mavis", "--quiet"),
    # They have nothing to say to each other.
    *("worker", "--without-gossip", "--without-mingle"),
    *("--concurrency=2", "--loglevel=INFO"),
)
# A worker that is asked to end hands back what it does within 30 seconds.
WORKER_ENDS_IN = 40
# Beat keeps nothing on disk: what is due is looked up in the database.
BEAT = (
    *("celery", "-A", "mavis", "--quiet", "beat"),
    *("--scheduler=celery.beat:Scheduler", "--loglevel=INFO"),
)
MIGRATE = ("python", "manage.py", "migrate")
