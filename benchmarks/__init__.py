"""Repeatable measurements of the service beside the limits of the machine it runs on. Started by `events bench`."""
