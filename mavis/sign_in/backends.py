"""Sessions that were begun by NHS CIS2. None is begun here: see cis2_views."""

from django.contrib.auth.backends import BaseBackend

from mavis.models import User

NAME = f"{__name__}.FromCis2"


class FromCis2(BaseBackend):
    def get_user(self, user_id: int) -> User | None:
        """Return whose session it is, unless they may not sign in any more."""
        return User.objects.filter(pk=user_id, is_active=True).first()
