"""Demo district: invented records for an empty store."""

from datetime import datetime

# Its records are of 2024; the agencies of its officers ended on 01/03/2025.
DEMO_START = datetime.fromisoformat("2025-02-11T08:00:00+07:00")
