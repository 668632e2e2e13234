package org.resnet4j.modelimport.file;

import static org.resnet4j.modelimport.ModelImportException.quote;

import io.jhdf.Constants;
import io.jhdf.FractalHeap;
import io.jhdf.GroupSymbolTableNode;
import io.jhdf.LocalHeap;
import io.jhdf.ObjectHeader;
import io.jhdf.SymbolTableEntry;
import io.jhdf.btree.BTreeV1;
import io.jhdf.btree.BTreeV2;
import io.jhdf.btree.record.AttributeNameForIndexedAttributesRecord;
import io.jhdf.btree.record.LinkNameForIndexedGroupRecord;
import io.jhdf.object.message.AttributeInfoMessage;
import io.jhdf.object.message.AttributeMessage;
import io.jhdf.object.message.DataSpaceMessage;
import io.jhdf.object.message.DataTypeMessage;
import io.jhdf.object.message.LinkInfoMessage;
import io.jhdf.object.message.LinkMessage;
import io.jhdf.object.message.SymbolTableMessage;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.resnet4j.modelimport.ModelImportException.Damaged;
import org.resnet4j.modelimport.ModelImportException.TooLarge;
import org.resnet4j.modelimport.ModelImportException.Unsafe;

/**
 * A group as jHDF's parsers read it. Only hard links are followed, and only those that are asked for; names are free
 * of control characters, so that paths can be printed.
 */
final class StoredGroup implements Hdf5Group {
  private static final int MOST_CHILDREN = 100_000;
  private static final int LONGEST_NAME = 1_000;
  private static final int DEEPEST_PATH = 100;
  private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cc}\\p{Cf}\\u2028\\u2029]");
  private static final String SOFT = "a soft link";
  private static final String EXTERNAL = "a link to another file";

  private final Hdf5Storage storage;
  private final String path;
  private final ObjectHeader header;
  private Map<String, Long> links;
  private Map<String, AttributeMessage> attributes;

  private StoredGroup(Hdf5Storage storage, String path, ObjectHeader header) {
    this.storage = storage;
    this.path = path;
    this.header = header;
  }

  static StoredGroup root(Hdf5Storage storage, long address) {
    StoredGroup root = new StoredGroup(storage, "/", ObjectHeader.readObjectHeader(storage, address));
    if (!isGroup(root.header)) {
      throw new Damaged("/", "a group", "an object without links", null);
    }
    return root;
  }

  /** Forgets the file. */
  void close() {
    storage.close();
  }

  @Override
  public String path() {
    return path;
  }

  @Override
  public List<String> children() {
    return storage.reading(path, () -> List.copyOf(links().keySet()));
  }

  @Override
  public Optional<Hdf5Group> group(String relative) {
    return storage.reading(path, () -> find(relative).filter(StoredGroup.class::isInstance).map(Hdf5Group.class::cast));
  }

  @Override
  public Optional<Hdf5Dataset> dataset(String relative) {
    return storage.reading(path,
        () -> find(relative).filter(StoredDataset.class::isInstance).map(Hdf5Dataset.class::cast));
  }

  @Override
  public Optional<String> text(String attribute) {
    return storage.reading(path, () -> Optional.ofNullable(attributes().get(attribute))
        .map(message -> Texts.one(storage, object(attribute), message)));
  }

  @Override
  public Optional<List<String>> texts(String attribute) {
    return storage.reading(path, () -> {
      List<AttributeMessage> parts = parts(attribute);
      return parts.isEmpty() ? Optional.empty() : Optional.of(Texts.all(storage, object(attribute), parts));
    });
  }

  /** The attribute, or the pieces that Keras cuts it into when it is larger than an object header: name0, name1, ... */
  private List<AttributeMessage> parts(String attribute) {
    AttributeMessage whole = attributes().get(attribute);
    if (whole != null) {
      return List.of(whole);
    }
    List<AttributeMessage> parts = new ArrayList<>();
    for (AttributeMessage part; (part = attributes().get(attribute + parts.size())) != null;) {
      parts.add(part);
    }
    return parts;
  }

  private String object(String attribute) {
    return path + ", attribute " + attribute;
  }

  /** A group or dataset. */
  private Optional<Object> find(String relative) {
    StoredGroup group = this;
    String[] names = relative.split("/", DEEPEST_PATH + 1);
    if (names.length > DEEPEST_PATH) {
      throw new TooLarge(path, "a path of at most " + DEEPEST_PATH + " names", quote(relative));
    }
    for (int i = 0; i < names.length - 1; i++) {
      if (!(group.child(names[i]) instanceof StoredGroup next)) {
        return Optional.empty();
      }
      group = next;
    }
    return Optional.ofNullable(group.child(names[names.length - 1]));
  }

  private Object child(String name) {
    Long address = links().get(name);
    if (address == null) {
      return null;
    }
    String childPath = path.equals("/") ? path + name : path + "/" + name;
    ObjectHeader child = storage.header(childPath, address);
    if (child.hasMessageOfType(DataSpaceMessage.class)) {
      return new StoredDataset(storage, childPath, child);
    }
    if (isGroup(child)) {
      return new StoredGroup(storage, childPath, child);
    }
    throw new Damaged(childPath, "a group or dataset",
        child.hasMessageOfType(DataTypeMessage.class) ? "a named type" : "an object without content", null);
  }

  private static boolean isGroup(ObjectHeader header) {
    return header.hasMessageOfType(SymbolTableMessage.class) || header.hasMessageOfType(LinkInfoMessage.class);
  }

  /** Addresses of the objects within, by name. */
  private Map<String, Long> links() {
    if (links == null) {
      Map<String, Long> found = new LinkedHashMap<>();
      if (header.hasMessageOfType(SymbolTableMessage.class)) {
        addSymbolTable(found, header.getMessageOfType(SymbolTableMessage.class));
      } else {
        LinkInfoMessage info = header.getMessageOfType(LinkInfoMessage.class);
        header.getMessagesOfType(LinkMessage.class).forEach(link -> add(found, link));
        if (info.getBTreeNameIndexAddress() != Constants.UNDEFINED_ADDRESS) {
          FractalHeap heap = new FractalHeap(storage, info.getFractalHeapAddress());
          for (LinkNameForIndexedGroupRecord link : new BTreeV2<LinkNameForIndexedGroupRecord>(storage,
              info.getBTreeNameIndexAddress()).getRecords()) {
            add(found, LinkMessage.fromBuffer(heap.getId(link.getId()), storage.getSuperblock()));
          }
        }
      }
      links = found;
    }
    return links;
  }

  private void addSymbolTable(Map<String, Long> found, SymbolTableMessage table) {
    ByteBuffer names = new LocalHeap(storage, table.getLocalHeapAddress()).getDataBuffer();
    for (long node : BTreeV1.createGroupBTree(storage, table.getBTreeAddress()).getChildAddresses()) {
      for (SymbolTableEntry entry : new GroupSymbolTableNode(storage, node).getSymbolTableEntries()) {
        boolean soft = entry.getCacheType() == 2;
        add(found, name(names, entry.getLinkNameOffset()), soft ? SOFT : null, entry.getObjectHeaderAddress());
      }
    }
  }

  private String name(ByteBuffer names, int begin) {
    for (int end = begin; end <= begin + LONGEST_NAME && end < names.limit(); end++) {
      if (names.get(end) == 0) {
        return Texts.utf8(path, names.slice(begin, end - begin));
      }
    }
    throw new TooLarge(path, "names of at most " + LONGEST_NAME + " bytes", "a longer one");
  }

  private void add(Map<String, Long> found, LinkMessage link) {
    String refused = switch (link.getLinkType()) {
      case HARD -> null;
      case SOFT -> SOFT;
      case EXTERNAL -> EXTERNAL;
    };
    add(found, link.getLinkName(), refused, refused == null ? link.getHardLinkAddress() : 0);
  }

  private void add(Map<String, Long> found, String name, String refused, long address) {
    if (refused != null) {
      throw new Unsafe(path, "groups and datasets of this file", refused + " named " + quote(name));
    }
    if (name.length() > LONGEST_NAME) {
      throw new TooLarge(path, "names of at most " + LONGEST_NAME + " characters", name.length() + " characters");
    }
    if (name.isEmpty() || name.equals(".") || name.equals("..") || name.contains("/")
        || UNPRINTABLE.matcher(name).find()) {
      throw new Unsafe(path, "printable names without slashes", quote(name));
    }
    if (found.put(name, address) != null) {
      throw new Damaged(path, "every name once", quote(name) + " twice", null);
    }
    if (found.size() > MOST_CHILDREN) {
      throw new TooLarge(path, "at most " + MOST_CHILDREN + " objects", "more");
    }
  }

  private Map<String, AttributeMessage> attributes() {
    if (attributes == null) {
      attributes = attributes(storage, path, header);
    }
    return attributes;
  }

  static Map<String, AttributeMessage> attributes(Hdf5Storage storage, String path, ObjectHeader header) {
    List<AttributeMessage> messages = new ArrayList<>(header.getMessagesOfType(AttributeMessage.class));
    for (AttributeInfoMessage info : header.getMessagesOfType(AttributeInfoMessage.class)) {
      if (info.getFractalHeapAddress() != Constants.UNDEFINED_ADDRESS) {
        FractalHeap heap = new FractalHeap(storage, info.getFractalHeapAddress());
        for (AttributeNameForIndexedAttributesRecord attribute :
            new BTreeV2<AttributeNameForIndexedAttributesRecord>(storage, info.getAttributeNameBTreeAddress())
                .getRecords()) {
          messages.add(new AttributeMessage(heap.getId(attribute.getHeapId()), storage, attribute.getFlags()));
        }
      }
    }
    Map<String, AttributeMessage> byName = new LinkedHashMap<>();
    for (AttributeMessage message : messages) {
      // jHDF keeps the terminating NUL of names in messages of version 3.
      String name = message.getName().replace("\0", "");
      if (byName.put(name, message) != null) {
        throw new Damaged(path, "every attribute once", quote(name) + " twice", null);
      }
    }
    return byName;
  }
}
