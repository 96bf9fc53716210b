// FleetSweep
