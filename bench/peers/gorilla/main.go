// Rooms of eight with a tick a second, on gorilla/websocket: README.md of the folder above.
package main

import (
	"fmt"
	"log"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

const (
	seats        = 8
	messageBytes = 160
	waitingMax   = 16
	period       = time.Second
)

var upgrader = websocket.Upgrader{
	ReadBufferSize:  512,
	WriteBufferSize: 512,
	WriteBufferPool: &sync.Pool{},
	CheckOrigin:     func(*http.Request) bool { return true },
}

type client struct {
	connection *websocket.Conn
	waiting    chan *websocket.PreparedMessage
}

// Writes what the room says until it closes the channel.
func (c *client) write() {
	defer c.connection.Close()
	for message := range c.waiting {
		if c.connection.WritePreparedMessage(message) != nil {
			return
		}
	}
}

// Reads until the peer is gone; Pings and Closes are answered on the way.
func (c *client) read(r *room) {
	defer r.leave(c)
	for {
		if _, _, err := c.connection.ReadMessage(); err != nil {
			return
		}
	}
}

type room struct {
	number  int
	mutex   sync.Mutex
	clients map[*client]struct{}
}

func (r *room) leave(c *client) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if _, here := r.clients[c]; here {
		delete(r.clients, c)
		close(c.waiting)
	}
}

func (r *room) broadcast(message *websocket.PreparedMessage) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	for c := range r.clients {
		select {
		case c.waiting <- message:
		default: // too slow: out
			delete(r.clients, c)
			close(c.waiting)
		}
	}
}

func (r *room) run() {
	offset := time.Duration(r.number%1000) * time.Millisecond
	due := time.Now().Truncate(period).Add(period + offset)
	for seq := 1; ; seq++ {
		time.Sleep(time.Until(due))
		head := fmt.Sprintf(`{"type":"TICK","payload":{"room":%d,"seq":%d,"ts":%d,"pad":"`,
			r.number, seq, due.UnixMilli())
		text := head + strings.Repeat("x", messageBytes-len(head)-3) + `"}}`
		message, err := websocket.NewPreparedMessage(websocket.TextMessage, []byte(text))
		if err != nil {
			log.Fatal(err)
		}
		r.broadcast(message)
		due = due.Add(period)
	}
}

// Fills one room after the other.
type lobby struct {
	mutex sync.Mutex
	last  *room
	taken int
	rooms int
}

func (l *lobby) seat(c *client) *room {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if l.last == nil || l.taken == seats {
		l.last = &room{number: l.rooms, clients: map[*client]struct{}{}}
		l.rooms++
		l.taken = 0
		go l.last.run()
	}
	l.taken++
	l.last.mutex.Lock()
	defer l.last.mutex.Unlock()
	l.last.clients[c] = struct{}{}
	return l.last
}

func main() {
	var waiting lobby
	http.HandleFunc("/", func(w http.ResponseWriter, request *http.Request) {
		connection, err := upgrader.Upgrade(w, request, nil)
		if err != nil {
			return // it has been answered
		}
		c := &client{connection, make(chan *websocket.PreparedMessage, waitingMax)}
		r := waiting.seat(c)
		go c.write()
		go c.read(r)
	})
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Args[1], nil))
}
