package runner_test
import ("testing";"context";"os";"github.com/countersign/countersign/runner";"github.com/countersign/countersign/subject";"fmt";"strings")
func TestTmp(t *testing.T){
 for _, b := range []string{"oss-go-v1","oss-go-v2","obs-go"} {
 s:=run(t,runner.Options{Start: func(ctx context.Context)(subject.Subject,error){return subject.StartProcess(ctx,subject.ProcessOptions{Command:[]string{"../bin/"+b}})}})
 f,_:=os.Create("/tmp/cs/liars-"+b+os.Getenv("TAG"))
 for _,r:=range s.Results { 
  fmt.Fprintln(f,r.ID,r.Outcome,r.Place(),strings.Split(r.Message,"\n")[0])}
 fmt.Println(b,s.Footer.Counts)
 f.Close()
 }
}
