"""PutObject.py, the script by which the FAQ of OSS on signatures (document 000 of
the vectors' sources) shows how to sign a request by hand, as far as its
behaviour goes: the same steps in the same order.

Changed is what Python 3 needs: urllib2 and sha are modules of another name,
print and except are written otherwise, and what is signed and sent is bytes.
The page's blanks inside of `! =`, and behind the endpoint in the URL and in
Host, are left out: with them nothing is ever sent. Everything else is as it is
there, the clock that is read twice included.
"""

import base64
import datetime
import hashlib
import hmac
import sys
import urllib.request
from optparse import OptionParser


class Main:
    def __init__(self, options):
        self.ak = options.ak
        self.sk = options.sk
        self.ed = options.ed
        self.bk = options.bk
        self.fi = options.fi
        self.oj = options.objects
        self.types = "application/x-www-form-urlencoded"
        self.url = f"http://{self.bk}.{self.ed}/{self.oj}"

    def check_parse(self):
        given = self.ak and self.sk and self.ed and self.bk and self.oj and self.fi
        if given is None:
            self.console_log("error", "Input parameters cannot be empty")
        elif given:
            self.put_object()

    def get_gmt(self):
        return datetime.datetime.utcnow().strftime("%a, %d %b %Y %H:%M:%S GMT")

    def get_signature(self):
        text = f"PUT\n\n{self.types}\n{self.get_gmt()}\n/{self.bk}/{self.oj}"
        mac = hmac.new(self.sk.encode(), text.encode(), hashlib.sha1)
        return base64.b64encode(mac.digest()).decode()

    def put_object(self):
        try:
            with open(self.fi, "rb") as fd:
                files = fd.read()
        except Exception as e:
            self.console_log("error", e)
        try:
            request = urllib.request.Request(self.url, files)
            request.add_header("Host", f"{self.bk}.{self.ed}")
            request.add_header("Date", self.get_gmt())
            request.add_header("Authorization", f"OSS {self.ak}:{self.get_signature()}")
            request.get_method = lambda: "PUT"
            response = urllib.request.urlopen(request, timeout=10)
            self.console_log(response.code, response.headers)
        except Exception as e:
            self.console_log("error", e)

    def console_log(self, level=None, mess=None):
        if level == "error":
            sys.exit(f"\033[1;31;40m[ERROR:]\033[0m{mess}")
        sys.exit(f"\nHTTP/1.1 {level} OK\n{mess}")


PARSER = OptionParser()
PARSER.add_option("-i", dest="ak", help="Must fill in Accesskey")
PARSER.add_option("-k", dest="sk", help="Must fill in AccessKeySecrety")
PARSER.add_option("-e", dest="ed", help="Must fill in endpoint")
PARSER.add_option("-b", dest="bk", help="Must fill in bucket")
PARSER.add_option("-o", dest="objects", help="File name uploaded to oss")
PARSER.add_option("-f", dest="fi", help="Must fill localfile path")

if __name__ == "__main__":
    Main(PARSER.parse_args()[0]).check_parse()
