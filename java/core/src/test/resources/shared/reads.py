# Follows the reader in docs/shared-arrays.md: prints what it finds under each name, then adds 1.
for name in sys.argv[1:]:
    array, shm = attach(name)
    values = ",".join(str(float(value)) for value in array.ravel())
    print(array.dtype, "x".join(map(str, array.shape)), values, flush=True)
    array += 1
    del array
    shm.close()
