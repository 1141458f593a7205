"""A demonstration: two neighbouring teams, and files that show every outcome.

    catalogue   what is handed out, and how to sign in
    cast        how a part is written: what PDS, Mavis and the file say of one child
    places      teams and schools
    parts       every child of it
    mistakes    a file in which almost everything is wrong
    samples     every sample file, with what is expected of each row
    files       what is written into the folder of the demonstration
    load        what is put into the database

Everybody is invented. Dates follow the academic year in which the demonstration is
made, so that children are in the year groups they are said to be in.
"""
