"""Settings that officers chose on this tablet."""

from __future__ import annotations

from collections.abc import Iterable

from field178_mobile.store.database.key_value import get_setting, put_setting
from field178_mobile.store.session import DatabaseAccess, Unlocked


class StoredSettings:
    """Settings of officers on this tablet: sealed JSON values by key."""

    def __init__(self, store: DatabaseAccess) -> None:
        self._store = store

    def get(self, key: str, default: object = None) -> object:
        """Return a setting."""
        value = self._store.read(lambda context: get_setting(context, key))
        return default if value is None else value

    def put(self, key: str, value: object) -> None:
        """Keep a setting."""

        def work(unlocked: Unlocked) -> Iterable[str]:
            with unlocked.context.transaction("setting"):
                put_setting(unlocked.context, key, value)
            return ()

        self._store.write(work)
