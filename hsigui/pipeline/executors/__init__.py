"""Who does many pieces of work: this process, others of this machine, or an engine such as Dask; others by plug-ins."""
