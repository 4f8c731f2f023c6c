package dev.lanes.cli;

/** Something that the user gave and that cannot be used; the message says what and why. */
final class InputException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  InputException(String message) {
    super(message);
  }
}
