"""Entry of the packaged application (buildozer runs this file)."""

from field178_mobile.app import main

main()
