// Cosigned opens a cosigned checkpoint with golang.org/x/mod/sumdb/note and none of our own code.
//
//	cosigned LOG-VKEY WITNESS-VKEY FILE
//
// The note package knows no cosignatures, but takes any verifier: the one here is what
// c2sp.org/tlog-cosignature says of Ed25519. Exit 0 when both signed, 1 with a sentence otherwise.
package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

type cosigner struct {
	name string
	id   uint32
	key  ed25519.PublicKey
}

func (c *cosigner) Name() string    { return c.name }
func (c *cosigner) KeyHash() uint32 { return c.id }

func (c *cosigner) Verify(msg, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	head := fmt.Sprintf("cosignature/v1\ntime %d\n", binary.BigEndian.Uint64(sig))
	return ed25519.Verify(c.key, append([]byte(head), msg...), sig[8:])
}

func newCosigner(vkey string) *cosigner {
	parts := strings.SplitN(vkey, "+", 3)
	typed, err := base64.StdEncoding.DecodeString(parts[2])
	check(err)
	if len(typed) != 33 || typed[0] != 4 {
		check(fmt.Errorf("not a cosignature key"))
	}
	sum := sha256.Sum256(append([]byte(parts[0]+"\n"), typed...))
	id := binary.BigEndian.Uint32(sum[:])
	if parts[1] != fmt.Sprintf("%08x", id) {
		check(fmt.Errorf("key id %s, computed %08x", parts[1], id))
	}
	return &cosigner{parts[0], id, typed[1:]}
}

func main() {
	log, err := note.NewVerifier(os.Args[1])
	check(err)
	data, err := os.ReadFile(os.Args[3])
	check(err)
	opened, err := note.Open(data, note.VerifierList(log, newCosigner(os.Args[2])))
	check(err)
	if len(opened.Sigs) != 2 {
		check(fmt.Errorf("%d of 2 signed", len(opened.Sigs)))
	}
	for _, sig := range opened.Sigs {
		fmt.Println("ok: signed by " + sig.Name)
	}
}

func check(err error) {
	if err != nil {
		fmt.Println("not ok: " + err.Error())
		os.Exit(1)
	}
}
