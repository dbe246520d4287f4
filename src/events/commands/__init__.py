"""What stands behind the command line: processes, their start and their end. It stands on top of the house, beside `app`."""
