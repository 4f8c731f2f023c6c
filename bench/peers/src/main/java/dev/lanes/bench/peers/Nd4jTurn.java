package dev.lanes.bench.peers;

import dev.lanes.bench.Operands;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * A workload by ND4J, one of its operations after the other: in place where the left side is an
 * intermediate result, as its users write it, and with intermediate results closed after their use.
 */
final class Nd4jTurn implements Turn {
  private final List<Step> steps;
  private final INDArray[] operands;
  private final Object[] values;
  private final int[] uses;

  Nd4jTurn(List<Step> steps, boolean isFloat, int count, int n) {
    this.steps = steps;
    values = new Object[steps.size()];
    uses = new int[steps.size()];
    operands = new INDArray[count];
    for (int i = 0; i < count; i++) {
      INDArray array = Nd4j.createUninitialized(isFloat ? DataType.FLOAT : DataType.DOUBLE, n);
      Operands.fill(
          i,
          n,
          (first, range) -> {
            for (int k = 0; k < range.length; k++) {
              array.data().put(first + k, range[k]);
            }
          });
      operands[i] = array;
    }
  }

  @Override
  public void run() {
    Object last = values[values.length - 1];
    if (last instanceof INDArray array) {
      array.close();
    }
    for (Step step : steps) {
      if (!step.what().equals("var")) {
        for (int argument : step.arguments()) {
          uses[argument]++;
        }
      }
    }
    for (int i = 0; i < steps.size(); i++) {
      Step step = steps.get(i);
      values[i] =
          switch (step.what()) {
            case "var" -> operands[step.arguments()[0]];
            case "const" -> step.constant();
            default -> apply(step);
          };
    }
  }

  private Object apply(Step step) {
    int[] at = step.arguments();
    Object first = values[at[0]];
    // Free to be overwritten.
    boolean isOwn = first instanceof INDArray a && !isOperand(a) && uses[at[0]] == 1;
    Object result =
        switch (at.length) {
          case 1 -> unary(step.what(), first, isOwn);
          case 2 -> binary(step.what(), first, values[at[1]], isOwn);
          default -> where((INDArray) first, values[at[1]], values[at[2]]);
        };
    for (int argument : at) {
      uses[argument]--;
      if (uses[argument] == 0
          && values[argument] instanceof INDArray a
          && a != result
          && !isOperand(a)) {
        a.close();
      }
    }
    return result;
  }

  private boolean isOperand(INDArray array) {
    for (INDArray operand : operands) {
      if (operand == array) {
        return true;
      }
    }
    return false;
  }

  private static Object unary(String what, Object argument, boolean isOwn) {
    if (argument instanceof Double number) {
      if (what.equals("-")) {
        return -number;
      }
      throw new UnsupportedOperationException(what + " of a number");
    }
    INDArray x = (INDArray) argument;
    return switch (what) {
      case "-" -> isOwn ? x.negi() : x.neg();
      case "sin" -> Transforms.sin(x, !isOwn);
      case "cos" -> Transforms.cos(x, !isOwn);
      case "exp" -> Transforms.exp(x, !isOwn);
      case "log" -> Transforms.log(x, !isOwn);
      case "tanh" -> Transforms.tanh(x, !isOwn);
      case "sqrt" -> Transforms.sqrt(x, !isOwn);
      case "abs" -> Transforms.abs(x, !isOwn);
      case "sum" -> x.sumNumber().doubleValue();
      case "max" -> x.maxNumber().doubleValue();
      case "mean" -> x.meanNumber().doubleValue();
      case "std" -> x.stdNumber(false).doubleValue();
      default -> throw new UnsupportedOperationException(what);
    };
  }

  private static Object binary(String what, Object left, Object right, boolean isOwn) {
    if (left instanceof INDArray x && right instanceof INDArray y) {
      return switch (what) {
        case "+" -> isOwn ? x.addi(y) : x.add(y);
        case "-" -> isOwn ? x.subi(y) : x.sub(y);
        case "*" -> isOwn ? x.muli(y) : x.mul(y);
        case "/" -> isOwn ? x.divi(y) : x.div(y);
        case ">" -> x.gt(y);
        default -> throw new UnsupportedOperationException(what);
      };
    }
    if (left instanceof INDArray x) {
      double k = (Double) right;
      return switch (what) {
        case "+" -> isOwn ? x.addi(k) : x.add(k);
        case "-" -> isOwn ? x.subi(k) : x.sub(k);
        case "*" -> isOwn ? x.muli(k) : x.mul(k);
        case "/" -> isOwn ? x.divi(k) : x.div(k);
        case "**" -> Transforms.pow(x, k, !isOwn);
        case "<" -> x.lt(k);
        default -> throw new UnsupportedOperationException(what);
      };
    }
    double k = (Double) left;
    INDArray y = (INDArray) right;
    return switch (what) {
      case "+" -> y.add(k);
      case "-" -> y.rsub(k);
      case "*" -> y.mul(k);
      case "/" -> y.rdiv(k);
      default -> throw new UnsupportedOperationException(what);
    };
  }

  private static INDArray where(INDArray condition, Object yes, Object no) {
    if (yes instanceof INDArray x && no instanceof INDArray y) {
      return Nd4j.exec(DynamicCustomOp.builder("select").addInputs(condition, x, y).build())[0];
    }
    throw new UnsupportedOperationException("where of numbers");
  }

  @Override
  public double value(long index) {
    Object result = values[values.length - 1];
    return result instanceof Double number ? number : ((INDArray) result).getDouble(index);
  }
}
