package qerberos.ledger;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/// Where a ledger keeps its files: a folder on a disk, later other stores. Names are relative, such
/// as `entries/000000000000.log`, at most one folder deep; folders appear when a file is made in
/// them.
///
/// What a caller may rely on is what a POSIX file system gives, no more: bytes are safe once
/// [StoredFile#force] returned, a file's being there under a name (made, renamed or deleted) is
/// safe once [#forceFolder] returned, and before that a power cut may keep or lose any part of
/// either, in any order, down to single sectors of 512 bytes. A rename replaces its target in one
/// step.
///
/// Safe for concurrent use. Every method throws IOException when the store fails; what was
/// asked for may then have happened or not.
public interface LogStorage {
  /// Where this is, for people: a folder's path.
  String where();

  /// Takes the right to write, for this process and this object alone, until the result is closed.
  ///
  /// The file of the lock, `lock`, must never be opened otherwise: on POSIX, closing it anywhere in
  /// this process would let go of the lock.
  ///
  /// @throws LedgerLocked when somebody else has it
  Closeable lock() throws IOException;

  /// The names of the files in a folder (empty: the top), sorted, without the folder; none when the
  /// folder does not exist. Folders are not listed.
  List<String> list(String folder) throws IOException;

  /// How many bytes a file has, found out without opening it.
  ///
  /// @throws java.nio.file.NoSuchFileException when it does not exist
  long size(String name) throws IOException;

  /// Makes an empty file that can be read and written, replacing one of that name.
  ///
  /// @param secret whether only the owner may read it
  StoredFile create(String name, boolean secret) throws IOException;

  /// Opens a file that exists, to read and write.
  ///
  /// @throws java.nio.file.NoSuchFileException when it does not exist
  StoredFile open(String name) throws IOException;

  /// Opens a file that exists, only to read it.
  ///
  /// @throws java.nio.file.NoSuchFileException when it does not exist
  StoredFile openToRead(String name) throws IOException;

  /// Gives a file another name within its folder, in one step, replacing what had that name.
  void rename(String from, String to) throws IOException;

  /// Deletes a file; one that does not exist is fine.
  void delete(String name) throws IOException;

  /// Returns once everything made, renamed or deleted in the folder so far (empty: the top) is
  /// safe.
  void forceFolder(String folder) throws IOException;
}
