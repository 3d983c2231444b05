"""The audit log and the labs that run, for those who keep the platform."""
