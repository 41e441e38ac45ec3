package qerberos.query;

import java.io.IOException;
import org.apache.lucene.codecs.FieldsConsumer;
import org.apache.lucene.codecs.FieldsProducer;
import org.apache.lucene.codecs.NormsProducer;
import org.apache.lucene.codecs.PostingsFormat;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.index.Fields;
import org.apache.lucene.index.MergeState;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;

/// Lucene's own postings, under their own name, written without a detour when they come from one
/// source. Safe for concurrent use.
///
/// [UnwrittenReader] reaches Lucene as something to be merged. Merging maps each document's number
/// and compares each term with those of the other sources; with one source, from which nothing was
/// deleted, both change nothing and take a third of the time. The bytes written are the same, so an
/// index is read without this class.
final class StraightPostings extends PostingsFormat {
  private final PostingsFormat format;

  private StraightPostings(PostingsFormat format) {
    super(format.getName());
    this.format = format;
  }

  /// Lucene's codec, with these postings.
  static Lucene104Codec codec() {
    return new Lucene104Codec() {
      private final PostingsFormat straight =
          new StraightPostings(super.getPostingsFormatForField(Generation.TERMS));

      @Override
      public PostingsFormat getPostingsFormatForField(String field) {
        return straight;
      }
    };
  }

  @Override
  public FieldsConsumer fieldsConsumer(SegmentWriteState state) throws IOException {
    return new Straight(format.fieldsConsumer(state));
  }

  @Override
  public FieldsProducer fieldsProducer(SegmentReadState state) throws IOException {
    return format.fieldsProducer(state);
  }

  private static final class Straight extends FieldsConsumer {
    private final FieldsConsumer consumer;

    Straight(FieldsConsumer consumer) {
      this.consumer = consumer;
    }

    @Override
    public void write(Fields fields, NormsProducer norms) throws IOException {
      consumer.write(fields, norms);
    }

    @Override
    public void merge(MergeState merge, NormsProducer norms) throws IOException {
      if (merge.fieldsProducers.length == 1 && merge.liveDocs[0] == null && !merge.needsIndexSort) {
        consumer.write(merge.fieldsProducers[0], norms);
      } else {
        consumer.merge(merge, norms);
      }
    }

    @Override
    public void close() throws IOException {
      consumer.close();
    }
  }
}
