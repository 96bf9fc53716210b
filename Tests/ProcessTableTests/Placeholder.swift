// ProcessTable
