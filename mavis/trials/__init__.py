"""Whole imports of invented cohorts, whose truth is known, against the PDS simulator.

They are made in a database of their own, which is dropped at the end, and as they are
in production: the simulator, the worker and the scheduler are processes of their own.

    place      the database, the servers and the team
    cohorts    the people of the simulator and the file that is drawn from them
    drill      one import without faults and one with every kind, compared
    pacing     how evenly the simulator was asked
    restoring  a backup, restored beside the database that it was made of
    tracing    how many NHS numbers were found, and how many of them are right
"""
