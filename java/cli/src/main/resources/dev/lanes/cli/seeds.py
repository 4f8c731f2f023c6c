"""The seed workloads as people write them in Python. `lanes seeds` starts this and talks to it in lines.

Lines in: "open ROW SIZE", "run FORM TIMES", "close". Each is answered by a line of JSON.
"""

import json
import multiprocessing
import os
import pickle
import queue
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import shared_memory

CORES = len(os.sched_getaffinity(0))
WAIT = 0.01


def version(module):
    try:
        return __import__(module).__version__
    except ImportError:
        return None


VERSIONS = {m: version(m) for m in ("numpy", "numexpr", "tqdm", "PIL")}
if VERSIONS["numpy"]:
    import numpy as np
if VERSIONS["numexpr"]:
    import numexpr as ne
if VERSIONS["tqdm"]:
    from tqdm.contrib.concurrent import process_map, thread_map
if VERSIONS["PIL"]:
    from PIL import Image, ImageFilter, ImageStat


class Missing(Exception):
    """A package that the row needs."""


def need(*modules):
    for m in modules:
        if not VERSIONS[m]:
            raise Missing(m)


# ---- 1: u**2 ----


def square(x):
    return x**2


def squares(n):
    need("numpy")
    u = np.arange(n) % 1000 * 0.25
    parts = np.array_split(u, CORES)
    pool = multiprocessing.Pool(CORES)
    threads = ThreadPoolExecutor(CORES)

    def in_threads():
        r = np.empty_like(u)
        bounds = [n * k // CORES for k in range(CORES + 1)]
        list(threads.map(lambda k: np.square(u[bounds[k] : bounds[k + 1]], out=r[bounds[k] : bounds[k + 1]]), range(CORES)))
        return r

    forms = {"u**2": lambda: u**2}
    if VERSIONS["numexpr"]:
        forms['numexpr.evaluate("u**2")'] = lambda: ne.evaluate("u**2", {"u": u})
    forms["Pool.map(square, chunks)"] = lambda: np.concatenate(pool.map(square, parts))
    forms["threads: np.square(part, out=...)"] = in_threads
    yield forms, lambda r: [r.sum(), r[0], r[n // 3], r[-1]]
    pool.terminate()
    threads.shutdown()


# ---- 2: mean and std of many matrices ----


def mean_std(m):
    return m.mean(), m.std()


def append_mean_std(m, results):
    results.append(mean_std(m))


def statistics_of(n):
    need("numpy")
    x = (np.arange(100 * n * n) * 2654435761 % 1000003 / 1000003).reshape(100, n, n)
    matrices = list(x)

    def manager_list():
        with multiprocessing.Manager() as manager, multiprocessing.Pool(CORES) as pool:
            results = manager.list()
            pool.starmap(append_mean_std, [(m, results) for m in matrices])
            return list(results)

    forms = {"loop: m.mean(), m.std()": lambda: [mean_std(m) for m in matrices]}
    if VERSIONS["tqdm"]:
        forms["process_map(mean_std, matrices)"] = lambda: process_map(
            mean_std, matrices, max_workers=CORES, chunksize=10, disable=True
        )
        forms["thread_map(mean_std, matrices)"] = lambda: thread_map(
            mean_std, matrices, max_workers=CORES, disable=True
        )
    forms["Manager().list() + Pool.starmap"] = manager_list
    yield forms, lambda r: [sum(m for m, s in r), sum(s for m, s in r)]


# ---- 3: sum of squares ----


def sum_of_squares(low, high):
    return sum(i * i for i in range(low, high))


def sums(n):
    bounds = [1 + n * k // CORES for k in range(CORES + 1)]
    pool = multiprocessing.Pool(CORES)
    forms = {
        "sum(i*i for i in range(1, n + 1))": lambda: sum(i * i for i in range(1, n + 1)),
        "Pool.starmap(sum_of_squares, ranges)": lambda: sum(
            pool.starmap(sum_of_squares, list(zip(bounds, bounds[1:])))
        ),
    }
    if VERSIONS["numpy"]:
        i = np.arange(1, n + 1, dtype=np.int64)
        forms["(i*i).sum(), i made beforehand"] = lambda: int((i * i).sum())
    yield forms, lambda r: [r]
    pool.terminate()


# ---- 4: a trivial map ----


def product(x):
    return x * x


def trivial(n):
    items = list(range(n))
    pool = multiprocessing.Pool(CORES)
    yield {
        "[x*x for x in items]": lambda: [x * x for x in items],
        "Pool.map(product, items)": lambda: pool.map(product, items),
    }, lambda r: [sum(r), r[-1]]
    pool.terminate()


# ---- 5: blur of a folder of images ----


def blur(paths):
    source, target = paths
    with Image.open(source) as image:
        image.filter(ImageFilter.GaussianBlur(10)).save(target)


def look(path, margin=30):
    with Image.open(path) as image:
        width, height = image.size
        inner = ImageStat.Stat(image.crop((margin, margin, width - margin, height - margin)))
    mean = sum(inner.sum) / sum(inner.count)
    return [mean, (sum(inner.sum2) / sum(inner.count) - mean**2) ** 0.5]


def blurs(folder):
    need("PIL")
    source, target = os.path.join(folder, "in"), os.path.join(folder, "Python")
    os.makedirs(target, exist_ok=True)
    jobs = [(os.path.join(source, name), os.path.join(target, name)) for name in sorted(os.listdir(source))]
    pool = multiprocessing.Pool(CORES)
    yield {
        "for each file: open, GaussianBlur(10), save": lambda: list(map(blur, jobs)),
        "Pool.map(blur, files)": lambda: pool.map(blur, jobs, chunksize=1),
        "Pool.map(blur, files, chunksize=8)": lambda: pool.map(blur, jobs, chunksize=8),
    }, lambda r: [number for _, path in jobs for number in look(path)]
    pool.terminate()


# ---- 6: waits ----


def waiting(x):
    time.sleep(WAIT)
    return x * x * 2 + 100


def waits(n):
    pool = multiprocessing.Pool(100)
    threads = ThreadPoolExecutor(100)

    def apply_async():
        results = []
        calls = [pool.apply_async(waiting, (x,), callback=results.append) for x in range(n)]
        for call in calls:
            call.get(timeout=30)
        return results

    def submit():
        results = []
        futures = [threads.submit(waiting, x) for x in range(n)]
        for future in futures:
            future.add_done_callback(lambda done: results.append(done.result()))
        for future in futures:
            future.result(timeout=30)
        while len(results) < n:
            time.sleep(0)
        return results

    yield {
        "Pool(100).apply_async(f, callback), get(timeout)": apply_async,
        "ThreadPoolExecutor(100).submit, add_done_callback": submit,
    }, lambda r: [sum(r), len(r)]
    pool.terminate()
    threads.shutdown()


# ---- 7: a counter of 4 processes ----


def count(turns, start, end, value, n):
    while turns.get():
        start.wait()
        for _ in range(n):
            with value.get_lock():
                value.value += 1
        end.wait()


def counter(n):
    value = multiprocessing.Value("q", 0)
    start, end = multiprocessing.Barrier(5), multiprocessing.Barrier(5)
    turns = multiprocessing.Queue()
    workers = [
        multiprocessing.Process(target=count, args=(turns, start, end, value, n // 4), daemon=True) for _ in range(4)
    ]
    for worker in workers:
        worker.start()

    def with_lock():
        value.value = 0
        for _ in workers:
            turns.put(True)
        start.wait()
        end.wait()
        return value.value

    yield {"with value.get_lock(): value.value += 1": with_lock}, lambda r: [r]
    for worker in workers:
        worker.terminate()


# ---- 8: producer and consumer ----


def produce(q, n):
    for i in range(n):
        q.put(i * i)
    q.put(None)


def consume(q):
    total = 0
    for value in iter(q.get, None):
        total += value
    return total


def queues(n):
    def threads():
        q = queue.Queue(1024)
        threading.Thread(target=produce, args=(q, n)).start()
        return consume(q)

    def processes():
        q = multiprocessing.Queue(1024)
        producer = multiprocessing.Process(target=produce, args=(q, n))
        producer.start()
        total = consume(q)
        producer.join()
        return total

    yield {"queue.Queue, two threads": threads, "multiprocessing.Queue, two processes": processes}, lambda r: [r]


# ---- 9: handing an array over ----


def handover(n):
    need("numpy")
    a = (np.arange(n * 100) % 1000 * 0.25).reshape(n, 100)
    segment = shared_memory.SharedMemory(create=True, size=a.nbytes)
    np.ndarray(a.shape, a.dtype, segment.buf)[:] = a

    def by_name():
        mine = shared_memory.SharedMemory(segment.name)
        view = np.ndarray(a.shape, a.dtype, mine.buf)
        total = view.sum()
        del view
        mine.close()
        return total

    yield {
        "pickle.loads(pickle.dumps(a)).sum()": lambda: pickle.loads(pickle.dumps(a)).sum(),
        "SharedMemory(name), np.ndarray(...).sum()": by_name,
    }, lambda r: [r]
    segment.close()
    segment.unlink()


ROWS = {1: squares, 2: statistics_of, 3: sums, 4: trivial, 5: blurs, 6: waits, 7: counter, 8: queues, 9: handover}


def answer(**values):
    print(json.dumps(values), flush=True)


def main():
    answer(python=sys.version.split()[0], versions={m: v for m, v in VERSIONS.items() if v})
    row = forms = check = None
    for line in sys.stdin:
        command, _, rest = line.strip().partition(" ")
        if command == "open":
            number, _, size = rest.partition(" ")
            try:
                row = ROWS[int(number)](size if number == "5" else int(size))
                forms, check = next(row)
                answer(forms=list(forms))
            except Missing as e:
                answer(forms=[], missing=str(e))
        elif command == "run":
            index, times = map(int, rest.split())
            work = list(forms.values())[index]
            start = time.perf_counter()
            for _ in range(times):
                result = work()
            seconds = (time.perf_counter() - start) / times
            answer(milliseconds=1e3 * seconds, check=[float(v) for v in check(result)])
        else:
            forms = check = result = None
            next(row, None)
            answer()


if __name__ == "__main__":
    main()
