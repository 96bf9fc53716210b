// SweepReport
