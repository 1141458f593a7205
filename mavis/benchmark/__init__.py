"""What `bin/mavis benchmark` measures, beside what is wanted of it.

people        invented children and cohort files, from a seed
database      a database with those children in it, copied for each measurement
importing     the product's own stages, timed
servers       web servers and workers as in production, and the memory they take
figures       what was measured, its target, and the last release's figures
measurements  what can be measured, by name:

beside        an import beside the same file by the `peer` (django-import-export) and
              the `floor`: the same rows put into the same tables, nothing thought about
scaling       ten times the rows, and ten times the children
opening       the pages of a large upload, and searches
uploading     the request that hands over a file
working       the memory of a worker, and imports side by side
pacing        how evenly PDS is asked, and how fast
"""
