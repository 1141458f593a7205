"""What `bin/mavis benchmark` measures, beside something to compare it with.

people       invented children and cohort files, from a seed
database     a database with those children in it, copied for each measurement
importing    the product's own stages, timed
peer         the same file through django-import-export
floor        the same rows put into the same tables with nothing thought about
figures      what was measured, its target, and the last release's figures
"""
