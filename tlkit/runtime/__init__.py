"""What this machine is and may use: limits, folders, workers, torch's global state, checksums."""
