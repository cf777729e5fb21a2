/// What a finished run's model of one's own says of new rows, beside the kernel.
module NtkPipeline.Tests.PredictOwnModelTests

open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.Ntk
open NtkPipeline.Tests.OwnModelRun
open NtkPipeline.Tests.OwnModelSaid

let tests =
    testList "ntk predict, of one's own model" [
        testCase "numbers: fine-tuned as the run left it, and as it comes, beside the kernel"
        <| inFolder (fun folder ->
            let text = "dense 16 b=0.1 | relu | dense 1"
            let file = model folder "mine.onnx" 5 text
            let options = houses @ sets [ $"train.model=%s{file}" ]
            let _, summary, _ = run folder options
            let numbers = asked summary
            let root, found = predictions folder options [ "--npy"; house "X.npy" ]
            Expect.equal (root.GetProperty("remarks").GetArrayLength()) 0 "nothing to remark on"
            let x = Npy.read32 (File.OpenRead(house "X.npy")) |> Flip.Expect.wantOk "rows"
            let expected = forward text x
            let split, after = judged folder LearningTask.Regression "split-rows"
            let epoch = int numbers["chosen-epoch"]

            for row in 0 .. x.Rows - 1 do
                match own "mine.onnx" "networks" found[row] with
                | [ tuned; start ] ->
                    Expect.equal
                        (number "epoch" start, number "epoch" tuned)
                        (0.0, float epoch)
                        "where it speaks"

                    near 1e-4 expected[row, 0] (List.exactlyOne (outputs start))
                    Expect.equal (number "seeds" tuned) 1.0 "one network"
                    near 1e-9 numbers["fine-tuned/r2"] (number "validation" tuned)
                    near 1e-9 numbers["as-it-comes/r2"] (number "validation" start)
                | others -> failtest $"%d{others.Length} of one's own"

            let trained = after epoch

            split.Validation
            |> Array.iteri (fun i row ->
                let tuned = List.head (own "mine.onnx" "networks" found[row])
                near 1e-4 trained[i, 0] (List.exactlyOne (outputs tuned)))

            let words = asking folder "predict" ([ "--npy"; house "new.npy" ] @ options) |> wantDone
            Expect.stringContains words.Output "SYNTHETIC" "what the models were fitted on"
            let lines = words.Output.Split '\n'
            let fine = lines |> Array.filter _.Contains("your model mine.onnx, fine-tuned, after ")
            let start = lines |> Array.filter _.Contains("your model mine.onnx as it comes (R²")
            Expect.equal (fine.Length, start.Length) (8, 8) "two lines a row"
            Expect.isFalse (words.Error.Contains " s, ") "no stage is made"

            Expect.stringContains
                (run folder options |> fun (again, _, _) -> again.Output)
                "no stage ran"
                "nor left")

        testCase "two classes: a score each, among the models of a text"
        <| inFolder (fun folder ->
            let data = tweets folder 200
            let file = model folder "mine.onnx" 8 "dense 16 b=0.1 | relu | dense 1"

            let options = onTweets data file

            let _, summary, _ = run folder options
            let numbers = asked summary
            let split, after = judged folder (LearningTask.Binary("0", "1")) "split-tweets"
            let labelled = texts "read-tweets/train" folder
            let kept = [ 0; 5; 11 ]
            let asked = kept |> List.collect (fun i -> [ "--text"; labelled[split.Validation[i]] ])
            let _, found = predictions folder options asked
            let epoch = int numbers["chosen-epoch"]
            let trained, start = after epoch, after 0

            for k, i in List.indexed kept do
                match own "mine.onnx" "models" found[k] with
                | [ tuned; came ] ->
                    near 1e-4 trained[i, 0] (number "score" tuned)
                    near 1e-4 start[i, 0] (number "score" came)
                    near 1e-9 numbers["fine-tuned/accuracy"] (number "validationAccuracy" tuned)
                    Expect.equal (number "epoch" tuned, number "epoch" came) (float epoch, 0.0) "where"

                    for said in [ tuned; came ] do
                        Expect.equal (number "class" said = 1.0) (number "score" said > 0.0) "cut at 0"
                | others -> failtest $"%d{others.Length} of one's own"

            for extra in [ []; [ "--all" ] ] do
                let words = asking folder "predict" ([ "--text"; "fire" ] @ extra @ options) |> wantDone
                Expect.stringContains words.Output "your model mine.onnx, fine-tuned, after " "fine-tuned"

                Expect.stringContains
                    words.Output
                    "your model mine.onnx as it comes (validation accuracy"
                    "as it came")

        testCase "three classes: an output each names the class, by a TorchScript program"
        <| inFolder (fun folder ->
            let file = model folder "mine.pt" 12 "dense 16 b=0.1 | erf | dense 3"
            let options = headlines @ sets [ $"train.model=%s{file}"; "own-model.inputs=sqrt-d" ]
            let _, summary, _ = run folder options
            let numbers = asked summary
            let names = [| "economy"; "science"; "sport" |]
            let split, after = judged folder (LearningTask.Classes names) "split-rows"
            let labelled = texts "read-tweets/train" folder
            let kept = [ 0; 3 ]
            let asking = kept |> List.collect (fun i -> [ "--text"; labelled[split.Validation[i]] ])
            let _, found = predictions folder options asking
            let trained, start = after (int numbers["chosen-epoch"]), after 0

            for k, i in List.indexed kept do
                let said = own "mine.pt" "networks" found[k]
                Expect.equal said.Length 2 "fine-tuned and as it comes"

                for expected, said in List.zip [ trained; start ] said do
                    let outputs = outputs said
                    List.iter2 (near 1e-4) (List.ofArray ((Matrix.row i expected).ToArray())) outputs
                    let largest = List.findIndex ((=) (List.max outputs)) outputs
                    Expect.equal (string (said.GetProperty("said").GetString())) names[largest] "the largest")

        testCase "a model that diverges in fine-tuning speaks as it comes alone, and a remark says so"
        <| inFolder (fun folder ->
            let file = model folder "mine.onnx" 5 "dense 16 b=0.1 | relu | dense 1"

            let options =
                houses @ sets [ $"train.model=%s{file}"; "train.rate=1000000"; "train.batch-size=8" ]

            let _, summary, _ = run folder options
            Expect.isFalse ((asked summary).ContainsKey "chosen-epoch") "it was not judged"
            let root, found = predictions folder options [ "--npy"; house "new.npy" ]

            for prediction in found do
                match own "mine.onnx" "networks" prediction with
                | [ start ] -> Expect.equal (number "epoch" start) 0.0 "as it comes"
                | others -> failtest $"%d{others.Length} of one's own"

            let remarks = [
                for remark in root.GetProperty("remarks").EnumerateArray() -> remark.GetString()
            ]

            Expect.equal remarks.Length 1 "one"
            Expect.stringContains (string remarks[0]) "Your model mine.onnx speaks as it comes alone" "why")

        testCase "rows at which it gives no number are refused by their place"
        <| inFolder (fun folder ->
            let file = model folder "mine.onnx" 5 "dense 16 b=0.1 | relu | dense 1"
            let options = houses @ sets [ $"train.model=%s{file}" ]
            run folder options |> ignore
            let far = Path.Combine(folder, "far.npy")

            (use file = File.Create far
             Npy.write file (Matrix.init 2 5 (fun i _ -> if i = 0 then 1.0f else 3e38f)))

            refused
                1
                [ "mine.onnx: its output for new row 1 (from 0) is"; "leave that row out" ]
                (asking folder "predict" ([ "--npy"; far ] @ options)))
    ]
