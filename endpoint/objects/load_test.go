package objects

import (
	"fmt"
	"runtime"
	"sync"
	"testing"

	"github.com/countersign/countersign/signature"
)

// Clients that write, read, list and delete the same keys at once leave what the
// store can account for.
func TestManyClientsAtOnce(t *testing.T) {
	s := open(t, signature.OSSV1Header, Options{Limits: Limits{Bytes: 1 << 20, Items: 50}})
	var clients sync.WaitGroup
	for client := range 8 {
		clients.Go(func() {
			for i := range 100 {
				key := fmt.Sprintf("/k%d", (client*7+i)%60)
				switch i % 5 {
				case 0:
					s.do("GET", "/?max-keys=10", "")
				case 1, 2:
					if r := s.do("PUT", key, fmt.Sprintf("%01000d", i)); r.Status != 200 && r.Status != 507 {
						t.Errorf("PUT: %d %s", r.Status, r.Body)
					}
				case 3:
					if r := s.do("GET", key, ""); r.Status == 200 && len(r.Body) != 1000 {
						t.Errorf("GET: %d bytes", len(r.Body))
					}
				case 4:
					s.do("DELETE", key, "")
				}
			}
		})
	}
	clients.Wait()
	if u := s.store.Usage(); u.Objects > 50 || u.Parts != 0 {
		t.Errorf("%+v", u)
	}
	for i := range 60 {
		s.do("DELETE", fmt.Sprintf("/k%d", i), "")
	}
	if u := s.store.Usage(); u.Bytes != 0 || u.Objects != 0 {
		t.Errorf("left: %+v", u)
	}
}

// What 10,000 objects cost is what the store counts, heads of requests not among
// it.
func TestTenThousandObjectsCostWhatIsCounted(t *testing.T) {
	if testing.Short() {
		t.Skip("10,000 requests")
	}
	s := open(t, signature.OSSV1Header, Options{Limits: Limits{Items: 10_001}})
	s.do("PUT", "/first", "x")
	before := heap()
	for i := range 10_000 {
		if r := s.do("PUT", fmt.Sprintf("/folder/%05d", i), "hello"); r.Status != 200 {
			t.Fatalf("%d %s", r.Status, r.Body)
		}
	}
	held := int64(heap()) - int64(before)
	if u := s.store.Usage(); u.Objects != 10_001 || held > 2*u.Bytes {
		t.Errorf("%d bytes for %+v", held, u)
	}
	s.want(507, "InsufficientStorage", "PUT", "/one-too-many", "x")
	s.want(404, "NoSuchKey", "GET", "/one-too-many", "")
	s.want(200, "", "PUT", "/first", "y") // in place of another
	if got := texts(s.do("GET", "/?max-keys=1000&marker=folder%2F08999", "").Body, "Key"); len(got) != 1000 || got[999] != "folder/09999" {
		t.Errorf("%d keys", len(got))
	}
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
