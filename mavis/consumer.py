"""A Celery consumer that outlives its broker."""

from celery.worker.consumer import Consumer as CelerysConsumer


class Consumer(CelerysConsumer):
    """Takes messages, and takes them again when Valkey is back."""

    def on_connection_error_after_connected(self, exc: Exception) -> None:
        """Forget a connection that is broken, and the messages that came over it.

        Celery 5.7 would still give them back over it, or acknowledge them when their
        task is done, and ends the worker when it finds no connection there. A message
        is a hint: the sweep finds what one of these was about.
        """
        broken = self.task_consumer.channel
        broken.do_restore = False
        broken.basic_ack = broken.basic_reject = _nothing
        super().on_connection_error_after_connected(exc)


def _nothing(*_message: object, **_how: object) -> None:
    return
