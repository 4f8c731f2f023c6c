package dev.lanes.bench.peers;

import dev.lanes.bench.Operands;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.gandiva.evaluator.Projector;
import org.apache.arrow.gandiva.exceptions.GandivaException;
import org.apache.arrow.gandiva.expression.TreeBuilder;
import org.apache.arrow.gandiva.expression.TreeNode;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.ValueVector;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/** A workload as one Gandiva projection over Arrow vectors without nulls. */
final class GandivaTurn implements Turn {
  private final BufferAllocator allocator = new RootAllocator();
  private final boolean isFloat;
  private final Projector projector;
  private final ArrowRecordBatch batch;
  private final BaseFixedWidthVector output;
  private final List<ValueVector> outputs;

  GandivaTurn(List<Step> steps, boolean isFloat, int count, int n) throws GandivaException {
    this.isFloat = isFloat;
    ArrowType type =
        new ArrowType.FloatingPoint(
            isFloat ? FloatingPointPrecision.SINGLE : FloatingPointPrecision.DOUBLE);
    List<Field> fields = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      fields.add(Field.nullable("x" + i, type));
    }
    TreeNode root = tree(steps, fields, type);
    projector =
        Projector.make(
            new Schema(fields),
            List.of(TreeBuilder.makeExpression(root, Field.nullable("out", type))));
    List<ArrowFieldNode> nodes = new ArrayList<>();
    List<ArrowBuf> buffers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      BaseFixedWidthVector vector = vector("x" + i, n);
      Operands.fill(i, n, (first, range) -> store(vector, first, range));
      nodes.add(new ArrowFieldNode(n, 0));
      buffers.add(vector.getValidityBuffer());
      buffers.add(vector.getDataBuffer());
    }
    batch = new ArrowRecordBatch(n, nodes, buffers);
    output = vector("out", n);
    outputs = List.of(output);
  }

  private BaseFixedWidthVector vector(String name, int n) {
    BaseFixedWidthVector vector =
        isFloat ? new Float4Vector(name, allocator) : new Float8Vector(name, allocator);
    vector.allocateNew(n);
    vector.getValidityBuffer().setOne(0, (n + 7) / 8);
    vector.setValueCount(n);
    return vector;
  }

  private void store(BaseFixedWidthVector vector, long first, double[] values) {
    for (int i = 0; i < values.length; i++) {
      if (isFloat) {
        vector.getDataBuffer().setFloat((first + i) * 4, (float) values[i]);
      } else {
        vector.getDataBuffer().setDouble((first + i) * 8, values[i]);
      }
    }
  }

  private TreeNode tree(List<Step> steps, List<Field> fields, ArrowType type) {
    List<TreeNode> nodes = new ArrayList<>();
    for (Step step : steps) {
      List<TreeNode> arguments = new ArrayList<>();
      if (!step.what().equals("var")) {
        for (int argument : step.arguments()) {
          arguments.add(nodes.get(argument));
        }
      }
      nodes.add(
          switch (step.what()) {
            case "var" -> TreeBuilder.makeField(fields.get(step.arguments()[0]));
            case "const" ->
                isFloat
                    ? TreeBuilder.makeLiteral((float) step.constant())
                    : TreeBuilder.makeLiteral(step.constant());
            case "where" ->
                TreeBuilder.makeIf(arguments.get(0), arguments.get(1), arguments.get(2), type);
            case ">" -> TreeBuilder.makeFunction("greater_than", arguments, new ArrowType.Bool());
            case "<" -> TreeBuilder.makeFunction("less_than", arguments, new ArrowType.Bool());
            default -> TreeBuilder.makeFunction(name(step), arguments, type);
          });
    }
    return nodes.get(nodes.size() - 1);
  }

  private static String name(Step step) {
    return switch (step.what()) {
      case "+" -> "add";
      case "-" -> step.arguments().length == 1 ? "negative" : "subtract";
      case "*" -> "multiply";
      case "/" -> "divide";
      case "**" -> "power";
      default -> step.what();
    };
  }

  @Override
  public void run() {
    try {
      projector.evaluate(batch, outputs);
    } catch (GandivaException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public double value(long index) {
    return isFloat
        ? output.getDataBuffer().getFloat(index * 4)
        : output.getDataBuffer().getDouble(index * 8);
  }
}
