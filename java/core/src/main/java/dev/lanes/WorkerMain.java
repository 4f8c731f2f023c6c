package dev.lanes;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.Constructor;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * What runs in a worker of {@link WorkerProcesses}: items come in by the standard input, a result
 * or a failure for each goes out by the standard output. When the input ends, which it also does
 * when the parent dies, so does the worker, in the middle of an item if need be.
 */
final class WorkerMain {
  /** Before a result. */
  static final int RESULT = 1;

  /** Before the text of what a task threw. */
  static final int FAILURE = 2;

  private static volatile boolean busy;

  private WorkerMain() {}

  /**
   * Runs a worker.
   *
   * @param args name of the class of the task
   */
  public static void main(String[] args) throws Exception {
    DataOutputStream replies =
        new DataOutputStream(new BufferedOutputStream(new FileOutputStream(FileDescriptor.out)));
    System.setOut(System.err); // what tasks print is no reply
    DataInputStream requests = new DataInputStream(new BufferedInputStream(System.in));
    System.setIn(InputStream.nullInputStream());
    BlockingQueue<String> items = new LinkedBlockingQueue<>();
    Thread reader = new Thread(() -> read(requests, items), "lanes-worker-input");
    reader.setDaemon(true);
    reader.start();
    WorkerProcesses.Task task = null;
    while (true) {
      String item = items.take();
      try {
        task = task != null ? task : make(args[0]);
        String result = task.run(item);
        if (result == null) {
          throw new NullPointerException("the task returned null");
        }
        reply(replies, RESULT, result);
      } catch (Throwable e) { // whatever it is belongs to this item
        StringWriter text = new StringWriter();
        e.printStackTrace(new PrintWriter(text, true));
        reply(replies, FAILURE, text.toString());
      }
    }
  }

  private static WorkerProcesses.Task make(String className) throws ReflectiveOperationException {
    Constructor<? extends WorkerProcesses.Task> constructor =
        Class.forName(className).asSubclass(WorkerProcesses.Task.class).getDeclaredConstructor();
    constructor.setAccessible(true);
    return constructor.newInstance();
  }

  private static void read(DataInputStream requests, BlockingQueue<String> items) {
    try {
      while (true) {
        String item = readText(requests);
        busy = true;
        items.add(item);
      }
    } catch (IOException e) {
      if (busy) {
        Runtime.getRuntime().halt(1);
      }
      System.exit(0);
    }
  }

  private static void reply(DataOutputStream replies, int status, String text) throws IOException {
    busy = false;
    replies.writeByte(status);
    writeText(replies, text);
    replies.flush();
  }

  /** Writes a text of any length: the number of its bytes, then these. */
  static void writeText(DataOutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  static String readText(DataInputStream in) throws IOException {
    int length = in.readInt();
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException();
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
