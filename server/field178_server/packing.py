"""Large scopes packed once for every tablet that begins with them (protocol §5, `snapshot`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from field178_server.files.pack_folder import Pack, PackFolder
from field178_server.queries.packing import may_be_shown, packed_lines
from field178_server.queries.scopes_now import epoch_of, scopes_now
from field178_server.runtime import Runtime
from field178_server.unit_of_work import snapshot
from field178_shared.clock import Clock
from field178_shared.protocol import SyncRequest

ADDRESS = "/api/v1/snapshots"
# Offered for a day and kept for two: whatever is offered stays good for the 24 hours that were promised.
OFFERED_S = 24 * 3600
KEPT_S = 2 * OFFERED_S
KEPT_PACKS = 4
_ROWS_BEHIND = 500
_SHARE_BEHIND = 10


@dataclass(frozen=True, slots=True)
class Packing:
    """The packs of one tenant's store; scopes of at least `least_records` live records are packed."""

    engine: Engine
    tenant_id: str
    clock: Clock
    data_dir: Path
    least_records: int

    def offers(self, scopes: Iterable[str], request: SyncRequest) -> dict[str, Mapping[str, object]]:
        """Return a `snapshot` frame for each large scope that would be served from its beginning."""
        if not (request.snapshots and self.least_records):
            return {}
        fresh = {one for one in scopes if not request.cursors.get(one) and one not in request.repair}
        with snapshot(self.engine) as session:
            epoch = epoch_of(session, self.tenant_id)
            found = scopes_now(session, self.tenant_id, fresh)
        folder = PackFolder(self.data_dir, self.tenant_id, epoch)
        large = [scope.scope for scope in found if scope.live.count >= self.least_records]
        return {scope: _frame(self._pack_of(folder, scope)) for scope in large}

    def find(self, scope: str, name: str) -> Pack | None:
        """Return a pack that may be handed out now; one that may not is removed."""
        with snapshot(self.engine) as session:
            folder = PackFolder(self.data_dir, self.tenant_id, epoch_of(session, self.tenant_id))
            pack = folder.find(scope, name)
            is_good = pack is not None and may_be_shown(session, self.tenant_id, scope, pack.seq)
        if pack is None:
            return None
        if not is_good or self._age_s(pack) >= KEPT_S:
            folder.drop(pack)
            return None
        return pack

    def sweep(self) -> None:
        """Remove every pack that is too old or shows what was taken away since."""
        with snapshot(self.engine) as session:
            folder = PackFolder(self.data_dir, self.tenant_id, epoch_of(session, self.tenant_id))
        folder.drop_other_histories()
        for scope in folder.scopes():
            self._sweep_scope(folder, scope)

    def _pack_of(self, folder: PackFolder, scope: str) -> Pack:
        """Return a pack a tablet can begin with: the newest one if it still serves, else one made now.

        Outside of any write: it reads one snapshot, and whoever writes meanwhile does not wait.
        """
        with folder.turn(scope), snapshot(self.engine) as session:
            now = scopes_now(session, self.tenant_id, [scope])[0]
            may_lack = max(_ROWS_BEHIND, now.live.count // _SHARE_BEHIND)
            for pack in folder.packs(scope)[:1]:
                is_near = now.seq - may_lack <= pack.seq <= now.seq and self._age_s(pack) < OFFERED_S
                if is_near and may_be_shown(session, self.tenant_id, scope, pack.seq):
                    return pack
            lines = packed_lines(session, self.tenant_id, now)
            made = folder.write(scope, now.seq, lines, self.clock.now().timestamp())
            folder.drop_remains(scope)
        self._sweep_scope(folder, scope)
        return made

    def _sweep_scope(self, folder: PackFolder, scope: str) -> None:
        with snapshot(self.engine) as session:
            for place, pack in enumerate(folder.packs(scope)):
                is_good = place < KEPT_PACKS and self._age_s(pack) < KEPT_S
                if not (is_good and may_be_shown(session, self.tenant_id, scope, pack.seq)):
                    folder.drop(pack)

    def _age_s(self, pack: Pack) -> float:
        return self.clock.now().timestamp() - pack.made_at_s


def packing_of(runtime: Runtime) -> Packing:
    """Return the packs of the running server's tenant."""
    settings = runtime.settings
    return Packing(
        runtime.engine, runtime.tenant_id, runtime.clock, settings.data_dir, settings.snapshot_records
    )


def _frame(pack: Pack) -> Mapping[str, object]:
    return {
        "scope": pack.scope,
        "seq": pack.seq,
        "url": f"{ADDRESS}/{pack.scope}/{pack.path.name}",
        "bytes": pack.size_bytes,
        "sha256": pack.sha256,
    }
