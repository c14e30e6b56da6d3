package countersign.adapter;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

import javax.net.SocketFactory;

/**
 * What one operation of an SDK does on the network: its sockets reach one loopback address and
 * nothing else, whatever host they are asked for, through no proxy, and note the status of what is
 * answered. They are closed with the exchange.
 */
public final class Exchange implements AutoCloseable {
    private final InetSocketAddress connect;
    private final List<Socket> sockets = new ArrayList<>();
    private volatile boolean dialed;
    private volatile int status;

    /**
     * @param connect a loopback host:port
     */
    public Exchange(String connect) throws UnknownHostException {
        URI uri = URI.create("tcp://" + connect);
        this.connect = new InetSocketAddress(InetAddress.getByName(uri.getHost()), uri.getPort());
        if (!this.connect.getAddress().isLoopbackAddress()) {
            throw new IllegalArgumentException("connect: " + connect + " is not on loopback");
        }
    }

    /** Returns a socket that will connect to the loopback address. */
    public synchronized Socket socket() {
        var socket = new LoopbackSocket();
        sockets.add(socket);
        return socket;
    }

    /** Returns the sockets as a factory, for SDKs that take one. */
    public SocketFactory socketFactory() {
        return new LoopbackSocketFactory();
    }

    /** Answers every name with the loopback address, for SDKs that look up before they dial. */
    public InetAddress[] resolve(String host) throws UnknownHostException {
        return new InetAddress[] {
            InetAddress.getByAddress(host, connect.getAddress().getAddress())
        };
    }

    /**
     * Makes the SDK's call and turns its outcome into the answer: the answer that the call returns,
     * or else the status of what it sent, and the exception that the SDK made of it if it did. An
     * exception of an SDK that has not even tried to connect is its refusal.
     */
    public Answer answer(Callable<Answer> call) throws Exception {
        Exception failure = null;
        try {
            Answer answer = call.call();
            if (answer != null) {
                return answer;
            }
        } catch (Unsupported e) {
            throw e;
        } catch (Exception e) {
            failure = e;
        }
        if (status != 0) {
            return Answer.status(status, failure);
        }
        if (failure == null) {
            throw new IllegalStateException("the SDK reports success but has sent no request");
        }
        throw dialed ? failure : new Rejected(failure);
    }

    @Override
    public synchronized void close() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private final class LoopbackSocket extends Socket {
        private OutputStream out;
        private StatusReader in;

        LoopbackSocket() {
            super(Proxy.NO_PROXY);
        }

        @Override
        public void connect(SocketAddress ignored, int timeout) throws IOException {
            dialed = true;
            super.connect(connect, timeout);
        }

        @Override
        public synchronized InputStream getInputStream() throws IOException {
            if (in == null) {
                in = new StatusReader(super.getInputStream());
            }
            return in;
        }

        @Override
        public synchronized OutputStream getOutputStream() throws IOException {
            if (out == null) {
                var reader = (StatusReader) getInputStream();
                out =
                        new FilterOutputStream(super.getOutputStream()) {
                            @Override
                            public void write(byte[] bytes, int offset, int length)
                                    throws IOException {
                                reader.expectAnswer();
                                out.write(bytes, offset, length);
                            }
                        };
            }
            return out;
        }
    }

    /** Reads along and notes the status: the second word of the first line after a request. */
    private final class StatusReader extends FilterInputStream {
        private final StringBuilder line = new StringBuilder();
        private boolean expecting;

        StatusReader(InputStream in) {
            super(in);
        }

        synchronized void expectAnswer() {
            expecting = true;
        }

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int n = super.read(bytes, offset, length);
            note(bytes, offset, n);
            return n;
        }

        private synchronized void note(byte[] bytes, int offset, int n) {
            for (int i = offset; expecting && i < offset + n; i++) {
                line.append((char) (bytes[i] & 0xff));
                if (bytes[i] == '\n') {
                    // After "100 Continue" and its empty line comes the line that counts.
                    if (line.toString().matches("(?s)HTTP/\\d\\.\\d [2-5]\\d\\d\\b.*")) {
                        status = Integer.parseInt(line.substring(9, 12));
                        expecting = false;
                    }
                    line.setLength(0);
                }
            }
        }
    }

    private final class LoopbackSocketFactory extends SocketFactory {
        @Override
        public Socket createSocket() {
            return socket();
        }

        @Override
        public Socket createSocket(String host, int port) throws IOException {
            Socket socket = socket();
            socket.connect(connect);
            return socket;
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress local, int localPort)
                throws IOException {
            return createSocket(host, port);
        }

        @Override
        public Socket createSocket(InetAddress host, int port) throws IOException {
            return createSocket("", port);
        }

        @Override
        public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort)
                throws IOException {
            return createSocket("", port);
        }
    }
}
