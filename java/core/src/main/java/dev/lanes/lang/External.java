package dev.lanes.lang;

import dev.lanes.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * A function of the caller's. It is taken to be pure and to need neither axes nor neighbours, so
 * that equal calls are shared; calls of constants are not folded.
 */
public final class External implements Operation {

  /** Nothing is known of what it does; about what an elementary function costs. */
  private static final double COST = 1;

  /**
   * What it does for some kinds.
   *
   * @param arguments kinds of the arguments, up to three
   * @param result kind of the result
   * @param ulp how far native code and meaning may be apart
   * @param address asked for when the native library needs it, throws where there is no native code
   * @param reference its meaning in Java, null for none
   */
  public record Signature(
      List<Kind> arguments, Kind result, int ulp, LongSupplier address, Reference reference) {

    @Override
    public String toString() {
      StringBuilder text = new StringBuilder();
      arguments.forEach(kind -> text.append(kind.letter()));
      return text.append(':').append(result.letter()).toString();
    }
  }

  private final String name;
  private final List<Signature> signatures;
  private final List<Kernel> kernels = new ArrayList<>();

  /**
   * Makes a function.
   *
   * @param name as texts call it
   * @param signatures at least one, all with as many arguments
   */
  public External(String name, List<Signature> signatures) {
    this.name = name;
    this.signatures = List.copyOf(signatures);
    for (Signature each : signatures) {
      kernels.add(
          new Kernel(
              this,
              each.result,
              each.result,
              each.arguments,
              kernels.size(),
              each.ulp,
              each.reference));
    }
  }

  /**
   * Which signature a kernel stands for.
   *
   * @param kernel one of {@link #kernels()}
   * @return the signature
   */
  public Signature signature(Kernel kernel) {
    return signatures.get(kernel.index());
  }

  @Override
  public String id() {
    return name;
  }

  @Override
  public String symbol() {
    return name;
  }

  @Override
  public int arity() {
    return signatures.get(0).arguments.size();
  }

  @Override
  public List<Kernel> kernels() {
    return List.copyOf(kernels);
  }

  @Override
  public boolean isReduction() {
    return false;
  }

  @Override
  public double cost() {
    return COST;
  }

  @Override
  public String toString() {
    return name;
  }
}
