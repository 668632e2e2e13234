package org.resnet4j.modelimport.pytorch;

import static org.resnet4j.modelimport.ModelImportException.quote;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.resnet4j.modelimport.ModelImportException.TooLarge;
import org.resnet4j.modelimport.pytorch.Pickled.Dict;
import org.resnet4j.modelimport.pytorch.Pickled.Global;
import org.resnet4j.modelimport.pytorch.Pickled.Instance;
import org.resnet4j.modelimport.pytorch.Pickled.Opaque;
import org.resnet4j.modelimport.pytorch.Pickled.Sequence;
import org.resnet4j.modelimport.pytorch.Pickled.Tuple;

/**
 * Reads the binary opcodes of <a href="https://docs.python.org/3/library/pickletools.html">pickle</a> protocols 2 to 5
 * that {@code torch.save} writes, without looking up or running anything: a class or function is its name, an object
 * its class's name and state, and of calls only {@link TorchCalls}' few are understood.
 *
 * <p>An interpreter of our own, since the library for it (net.razorvine:pickle) can't be bounded: it believes lengths,
 * counts no opcodes, hashes nested keys without end, and calls {@code __setstate__} by reflection. Here each opcode and
 * each copied item counts against {@value #MOST_STEPS}, so that a file of a few bytes can't ask for much.
 */
final class Unpickler {
  /** Keeps time below seconds and memory below some 200 MB; a ResNet of 1,202 layers takes 300,000. */
  static final int MOST_STEPS = 2_000_000;

  private final PickleInput in;
  private final TorchCalls calls;
  private final List<Object> stack = new ArrayList<>();
  /** Heights of the stack at the open marks; what lies below the last can't be popped. */
  private final List<Integer> marks = new ArrayList<>();
  private final Map<Integer, Object> memo = new HashMap<>();
  private int steps;

  Unpickler(PickleInput in, TorchCalls calls) {
    this.in = in;
    this.calls = calls;
  }

  /** Reads one pickle, up to its STOP. */
  Object load() throws IOException {
    for (int opcode = in.unsignedByte(); opcode != '.'; opcode = in.unsignedByte()) {
      count(1);
      step(opcode);
    }
    Object value = pop();
    if (!stack.isEmpty() || !marks.isEmpty()) {
      throw in.damaged("one value at the pickle's end", stack.size() + " more");
    }
    return value;
  }

  private void step(int opcode) throws IOException {
    switch (opcode) {
      case 0x80 -> protocol(in.unsignedByte()); // PROTO
      case 0x95 -> in.bytes(8); // FRAME: a hint for buffers
      case '(' -> marks.add(stack.size()); // MARK
      case '0' -> pop(); // POP
      case '1' -> popToMark(); // POP_MARK
      case 'N' -> stack.add(null); // NONE
      case 0x88 -> stack.add(true); // NEWTRUE
      case 0x89 -> stack.add(false); // NEWFALSE
      case 'J' -> stack.add((long) in.int32()); // BININT
      case 'K' -> stack.add((long) in.unsignedByte()); // BININT1
      case 'M' -> stack.add((long) in.unsignedShort()); // BININT2
      case 0x8a -> stack.add(in.integer(in.unsignedByte())); // LONG1
      case 'G' -> stack.add(in.float64()); // BINFLOAT
      case 'X' -> stack.add(in.utf8(in.length(4))); // BINUNICODE
      case 0x8c -> stack.add(in.utf8(in.length(1))); // SHORT_BINUNICODE
      case 0x8d -> stack.add(in.utf8(in.length(8))); // BINUNICODE8
      case 'T' -> stack.add(in.latin1(in.length(4))); // BINSTRING
      case 'U' -> stack.add(in.latin1(in.length(1))); // SHORT_BINSTRING
      case 'B' -> stack.add(in.bytes(in.length(4)).array()); // BINBYTES
      case 'C' -> stack.add(in.bytes(in.length(1)).array()); // SHORT_BINBYTES
      case 0x8e -> stack.add(in.bytes(in.length(8)).array()); // BINBYTES8
      case ')' -> stack.add(new Tuple(List.of())); // EMPTY_TUPLE
      case 0x85 -> tuple(1); // TUPLE1
      case 0x86 -> tuple(2); // TUPLE2
      case 0x87 -> tuple(3); // TUPLE3
      case 't' -> stack.add(new Tuple(popToMark())); // TUPLE
      case ']', 0x8f -> stack.add(new Sequence(new ArrayList<>())); // EMPTY_LIST, EMPTY_SET
      case 'a' -> append(popped(1)); // APPEND
      case 'e', 0x90 -> append(popToMark()); // APPENDS, ADDITEMS
      case 0x91 -> stack.add(new Sequence(popToMark())); // FROZENSET
      case '}' -> stack.add(new Dict()); // EMPTY_DICT
      case 's' -> setItems(popped(2)); // SETITEM
      case 'u' -> setItems(popToMark()); // SETITEMS
      case 'c' -> stack.add(calls.named(new Global(in.line(), in.line()))); // GLOBAL
      case 0x93 -> stackGlobal(); // STACK_GLOBAL
      case 'R' -> reduce(); // REDUCE
      case 0x81 -> newObject(); // NEWOBJ
      case 'b' -> build(); // BUILD
      case 'q' -> memo.put(in.unsignedByte(), top()); // BINPUT
      case 'r' -> memo.put(in.int32(), top()); // LONG_BINPUT
      case 0x94 -> memo.put(memo.size(), top()); // MEMOIZE
      case 'h' -> get(in.unsignedByte()); // BINGET
      case 'j' -> get(in.int32()); // LONG_BINGET
      case 'Q' -> stack.add(calls.persistent(in, pop())); // BINPERSID
      default -> throw in.damaged("an opcode that torch.save writes", "0x%02x (%s)".formatted(opcode,
          quote(String.valueOf((char) opcode))));
    }
  }

  private void protocol(int version) {
    if (version < 2 || version > 5) {
      throw in.damaged("pickle protocol 2 to 5", "protocol " + version);
    }
  }

  private void tuple(int size) {
    stack.add(new Tuple(popped(size)));
  }

  private void append(List<Object> items) {
    if (!(top() instanceof Sequence sequence)) {
      throw in.damaged("a list below its items", kind(top()));
    }
    sequence.items().addAll(items);
  }

  private void setItems(List<Object> items) {
    if (!(top() instanceof Dict dict) || items.size() % 2 != 0) {
      throw in.damaged("a dict below pairs of key and value", kind(top()) + " below " + items.size() + " values");
    }
    for (int i = 0; i < items.size(); i += 2) {
      put(in, dict, items.get(i), items.get(i + 1));
    }
  }

  /** Keys are plain, so that finding one takes bounded time, and come once: Python never writes one twice. */
  static void put(PickleInput in, Dict dict, Object key, Object value) {
    boolean other = key instanceof Long || key instanceof Boolean || key instanceof Double;
    if (!other && !(key instanceof String)) {
      throw in.damaged("a string or number as a dict's key", kind(key));
    }
    String text = key.toString();
    if (other ? !dict.otherKeys().add(text) : dict.items().containsKey(text)) {
      throw in.damaged("each key of a dict once", quote(text) + " twice");
    }
    if (!other) {
      dict.items().put(text, value);
    }
  }

  private void stackGlobal() {
    List<Object> names = popped(2);
    if (!(names.get(0) instanceof String module && names.get(1) instanceof String name)) {
      throw in.damaged("a module's and a class's name", kind(names.get(0)) + " and " + kind(names.get(1)));
    }
    stack.add(calls.named(new Global(module, name)));
  }

  private void reduce() {
    List<Object> call = popped(2);
    if (!(call.get(0) instanceof Global function && call.get(1) instanceof Tuple arguments)) {
      throw in.damaged("a function and its arguments", kind(call.get(0)) + " and " + kind(call.get(1)));
    }
    stack.add(calls.call(in, function, arguments.items(), this::count));
  }

  private void newObject() {
    List<Object> call = popped(2);
    if (!(call.get(0) instanceof Global type && call.get(1) instanceof Tuple)) {
      throw in.damaged("a class and its arguments", kind(call.get(0)) + " and " + kind(call.get(1)));
    }
    stack.add(new Instance(type));
  }

  private void build() {
    Object state = pop();
    if (top() instanceof Instance instance && instance.state == null && state != null) {
      instance.state = state;
    } else if (!(top() instanceof Dict || top() instanceof Opaque)) {
      // A dict's attributes (a state dict's versions) and those of what nothing needs are dropped.
      throw in.damaged("an object without a state", kind(top()));
    }
  }

  private void get(int index) {
    if (!memo.containsKey(index)) {
      throw in.damaged("a remembered value", "none of number " + Integer.toUnsignedString(index));
    }
    stack.add(memo.get(index));
  }

  private Object top() {
    requireValues(1);
    return stack.get(stack.size() - 1);
  }

  private Object pop() {
    requireValues(1);
    return stack.remove(stack.size() - 1);
  }

  /** The topmost values in the order in which they were pushed. */
  private List<Object> popped(int size) {
    requireValues(size);
    List<Object> tail = stack.subList(stack.size() - size, stack.size());
    List<Object> values = new ArrayList<>(tail);
    tail.clear();
    return values;
  }

  private List<Object> popToMark() {
    if (marks.isEmpty()) {
      throw in.damaged("an open mark", "none");
    }
    return popped(stack.size() - marks.remove(marks.size() - 1));
  }

  private void requireValues(int size) {
    int bottom = marks.isEmpty() ? 0 : marks.get(marks.size() - 1);
    if (stack.size() - bottom < size) {
      throw in.damaged(size + " values on the stack", String.valueOf(stack.size() - bottom));
    }
  }

  private void count(int more) {
    if (more > MOST_STEPS - steps) {
      throw new TooLarge(in.object(), "at most " + MOST_STEPS + " steps", "more at byte " + in.position());
    }
    steps += more;
  }

  /** What a message calls a value. */
  static String kind(Object value) {
    return value == null ? "None" : value instanceof Global global ? quote(global.qualified())
        : value instanceof Instance instance ? "an object of " + quote(instance.type.qualified())
        : value instanceof Pickled || value instanceof byte[] ? "a " + value.getClass().getSimpleName()
            .toLowerCase(Locale.ROOT).replace("[]", "s") : quote(value.toString());
  }
}
