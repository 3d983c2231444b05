"""Settings, starting and stopping, the services' wiring, the demonstration."""
