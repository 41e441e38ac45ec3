package qerberos.query;

import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import org.apache.lucene.codecs.DocValuesProducer;
import org.apache.lucene.codecs.FieldsProducer;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.NormsProducer;
import org.apache.lucene.codecs.PointsReader;
import org.apache.lucene.codecs.StoredFieldsReader;
import org.apache.lucene.codecs.TermVectorsReader;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.DocValuesSkipIndexType;
import org.apache.lucene.index.DocValuesType;
import org.apache.lucene.index.EmptyDocValuesProducer;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FieldInfos;
import org.apache.lucene.index.IndexOptions;
import org.apache.lucene.index.LeafMetaData;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.StoredFieldVisitor;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.Version;
import org.jspecify.annotations.Nullable;

/// Shows [Unwritten] to Lucene as if it were a segment, so that Lucene writes it as one. Used by
/// one thread at a time, once.
///
/// This is the documented way to bring foreign postings into an index
/// (`IndexWriter.addIndexes(CodecReader...)`); it can be read from front to back and nothing else.
final class UnwrittenReader extends CodecReader {
  private static final FieldInfos FIELDS =
      new FieldInfos(
          new FieldInfo[] {
            field(Generation.TERMS, 0, true),
            field(Generation.TIME, 1, false),
            field(Generation.RECEIVED, 2, false)
          });

  private final Unwritten unwritten;
  private final Postings postings;

  UnwrittenReader(Unwritten unwritten) {
    this.unwritten = unwritten;
    this.postings = unwritten.postings();
  }

  private static FieldInfo field(String name, int number, boolean terms) {
    return new FieldInfo(
        name,
        number,
        false,
        terms,
        false,
        terms ? IndexOptions.DOCS : IndexOptions.NONE,
        terms ? DocValuesType.NONE : DocValuesType.NUMERIC,
        terms ? DocValuesSkipIndexType.NONE : DocValuesSkipIndexType.RANGE,
        -1,
        new HashMap<>(),
        0,
        0,
        0,
        0,
        VectorEncoding.FLOAT32,
        VectorSimilarityFunction.EUCLIDEAN,
        false,
        false);
  }

  @Override
  public FieldInfos getFieldInfos() {
    return FIELDS;
  }

  @Override
  public int numDocs() {
    return unwritten.documents();
  }

  @Override
  public int maxDoc() {
    return unwritten.documents();
  }

  @Override
  public @Nullable Bits getLiveDocs() {
    return null;
  }

  @Override
  public LeafMetaData getMetaData() {
    return new LeafMetaData(Version.LATEST.major, Version.LATEST, null, false);
  }

  @Override
  public FieldsProducer getPostingsReader() {
    return new FieldsProducer() {
      @Override
      public Iterator<String> iterator() {
        return List.of(Generation.TERMS).iterator();
      }

      @Override
      public @Nullable Terms terms(String field) {
        return field.equals(Generation.TERMS) ? postings : null;
      }

      @Override
      public int size() {
        return 1;
      }

      @Override
      public void checkIntegrity() {}

      @Override
      public void close() {}
    };
  }

  @Override
  public DocValuesProducer getDocValuesReader() {
    return new EmptyDocValuesProducer() {
      @Override
      public NumericDocValues getNumeric(FieldInfo field) {
        return new Column(unwritten.column(field.name));
      }

      @Override
      public void checkIntegrity() {}
    };
  }

  /// There are none, which Lucene notes for each document.
  @Override
  public StoredFieldsReader getFieldsReader() {
    return new NoStoredFields();
  }

  @Override
  public @Nullable NormsProducer getNormsReader() {
    return null;
  }

  @Override
  public @Nullable TermVectorsReader getTermVectorsReader() {
    return null;
  }

  @Override
  public @Nullable PointsReader getPointsReader() {
    return null;
  }

  @Override
  public @Nullable KnnVectorsReader getVectorReader() {
    return null;
  }

  @Override
  public @Nullable CacheHelper getCoreCacheHelper() {
    return null;
  }

  @Override
  public @Nullable CacheHelper getReaderCacheHelper() {
    return null;
  }

  private static final class NoStoredFields extends StoredFieldsReader {
    @Override
    public void document(int document, StoredFieldVisitor visitor) {}

    @Override
    public StoredFieldsReader clone() {
      return this;
    }

    @Override
    public void checkIntegrity() {}

    @Override
    public void close() {}
  }

  /// A number for each document that is not empty.
  private final class Column extends NumericDocValues {
    private final long[] values;
    private int document = -1;

    Column(long[] values) {
      this.values = values;
    }

    @Override
    public long longValue() {
      return values[document];
    }

    @Override
    public boolean advanceExact(int target) {
      document = target;
      return !unwritten.isEmpty(target);
    }

    @Override
    public int docID() {
      return document;
    }

    @Override
    public int nextDoc() {
      return advance(document + 1);
    }

    @Override
    public int advance(int target) {
      document = target;
      while (document < unwritten.documents() && unwritten.isEmpty(document)) {
        document++;
      }
      if (document >= unwritten.documents()) {
        document = NO_MORE_DOCS;
      }
      return document;
    }

    @Override
    public long cost() {
      return unwritten.documents();
    }
  }
}
