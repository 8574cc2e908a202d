### La console du personnel.
