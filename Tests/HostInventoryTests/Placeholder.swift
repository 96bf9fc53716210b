// HostInventory
