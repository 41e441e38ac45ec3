// Checklog reads a C2SP tlog-tiles log with none of our own code: notes and trees are those of
// golang.org/x/mod/sumdb, which Go uses for its module checksums.
//
//	checklog URL VKEY STRIDE [OLD-CHECKPOINT-FILE]
//
// It opens the checkpoint with the key, proves every STRIDE-th entry (and the last) from the tiles,
// and that the log begins with what the old checkpoint covered. Exit 0 when all of it holds, 1 with
// a sentence when something does not. CHECKLOG_TOKEN, when set, is sent as bearer token.
package main

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const tileHeight = 8

type remote struct {
	prefix string
	cache  map[string][]byte
}

func main() {
	if len(os.Args) < 4 {
		fail("usage: checklog URL VKEY STRIDE [OLD-CHECKPOINT-FILE]")
	}
	stride, err := strconv.ParseInt(os.Args[3], 10, 64)
	check(err)
	verifier, err := note.NewVerifier(os.Args[2])
	check(err)
	log := &remote{strings.TrimSuffix(os.Args[1], "/"), map[string][]byte{}}

	signed, err := log.get("checkpoint")
	check(err)
	tree := open(signed, verifier)
	if tree.N == 0 {
		fmt.Println("ok: an empty log")
		return
	}
	hashes := tlog.TileHashReader(tree, log)
	root, err := tlog.TreeHash(tree.N, hashes)
	check(err)
	if root != tree.Hash {
		fail("the tiles give root %v, signed is %v", root, tree.Hash)
	}
	proved := log.proveEntries(tree, hashes, stride)
	fmt.Printf("ok: %d entries, %d proved, %d tiles read\n", tree.N, proved, len(log.cache))

	if len(os.Args) > 4 {
		data, err := os.ReadFile(os.Args[4])
		check(err)
		old := open(data, verifier)
		proof, err := tlog.ProveTree(tree.N, old.N, hashes)
		check(err)
		check(tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash))
		fmt.Printf("ok: begins with the %d entries of the old checkpoint\n", old.N)
	}
}

func (r *remote) proveEntries(tree tlog.Tree, hashes tlog.HashReader, stride int64) int {
	proved := 0
	for first := int64(0); first < tree.N; first += 1 << tileHeight {
		width := tree.N - first
		if width > 1<<tileHeight {
			width = 1 << tileHeight
		}
		tile := tlog.Tile{H: tileHeight, L: 0, N: first >> tileHeight, W: int(width)}
		path := strings.Replace(path(tile), "tile/0/", "tile/entries/", 1)
		bundle, err := r.get(path)
		check(err)
		for i := first; i < first+width; i++ {
			if len(bundle) < 2 {
				fail("%s: ends before entry %d", path, i)
			}
			length := int(binary.BigEndian.Uint16(bundle))
			if len(bundle) < 2+length {
				fail("%s: ends inside entry %d", path, i)
			}
			entry := bundle[2 : 2+length]
			bundle = bundle[2+length:]
			if i%stride != 0 && i != tree.N-1 {
				continue
			}
			proof, err := tlog.ProveRecord(tree.N, i, hashes)
			check(err)
			if err := tlog.CheckRecord(proof, tree.N, tree.Hash, i, tlog.RecordHash(entry)); err != nil {
				fail("entry %d: %v", i, err)
			}
			proved++
		}
		if len(bundle) != 0 {
			fail("%s: %d bytes too many", path, len(bundle))
		}
	}
	return proved
}

func open(signed []byte, verifier note.Verifier) tlog.Tree {
	opened, err := note.Open(signed, note.VerifierList(verifier))
	check(err)
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != verifier.Name() {
		fail("not a checkpoint of %s: %q", verifier.Name(), opened.Text)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err)
	root, err := base64.StdEncoding.DecodeString(lines[2])
	check(err)
	tree := tlog.Tree{N: size}
	if copy(tree.Hash[:], root) != tlog.HashSize {
		fail("the root is not a hash: %q", lines[2])
	}
	return tree
}

// Height, ReadTiles and SaveTiles make a remote a tlog.TileReader.
func (r *remote) Height() int { return tileHeight }

func (r *remote) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		data, err := r.get(path(tile))
		if err != nil {
			return nil, err
		}
		if len(data) != tile.W*tlog.HashSize {
			return nil, fmt.Errorf("%s: %d bytes", path(tile), len(data))
		}
		all = append(all, data)
	}
	return all, nil
}

func (r *remote) SaveTiles(tiles []tlog.Tile, data [][]byte) {}

// path is the C2SP address of a tile: Go names the height in it, C2SP has one height only.
func path(tile tlog.Tile) string {
	return strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/", tileHeight), "tile/", 1)
}

func (r *remote) get(path string) ([]byte, error) {
	if data, ok := r.cache[path]; ok {
		return data, nil
	}
	request, err := http.NewRequest("GET", r.prefix+"/"+path, nil)
	if err != nil {
		return nil, err
	}
	if token := os.Getenv("CHECKLOG_TOKEN"); token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != 200 {
		return nil, fmt.Errorf("%s: %s", path, response.Status)
	}
	data, err := io.ReadAll(response.Body)
	if err == nil && strings.HasPrefix(path, "tile/") {
		r.cache[path] = data
	}
	return data, err
}

func check(err error) {
	if err != nil {
		fail("%v", err)
	}
}

func fail(format string, args ...interface{}) {
	fmt.Fprintf(os.Stderr, format+"\n", args...)
	os.Exit(1)
}
