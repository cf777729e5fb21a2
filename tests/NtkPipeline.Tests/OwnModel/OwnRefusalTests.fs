module NtkPipeline.Tests.OwnRefusalTests

open System
open System.Text
open Expecto
open TorchSharp
open NtkPipeline.Core
open NtkPipeline.Tests.Matrices
open NtkPipeline.Tests.OwnNetworks
open NtkPipeline.Tests.TorchScriptFile

let private says (part: string) (bytes: byte[]) =
    let refusal = Expect.wantError (OwnModelFile.read None "m.onnx" bytes) part
    Expect.stringContains refusal.Sentence part part
    Expect.stringStarts refusal.Sentence "m.onnx: " "it names the file"
    Expect.isLessThan refusal.Sentence.Length 1500 "shortly"

let private w = trained "w" [ 2L; 2L ] [| 1.0; 2.0; 3.0; 4.0 |]

let private network = Networks.parse "dense 5 b=0.1 | relu | dense 4 | tanh | dense 2"

let private drawn () = Forward.draw network 3 (Seed.root 1UL) torch.float64

let private graph inputs outputs nodes tensors = OnnxFile.ofRows 17 1 inputs outputs nodes tensors

let private weight = real false "w" [ 3L; 2L ] [| 1.0; 2.0; 3.0; 4.0; 5.0; 6.0 |]

let private product = node "MatMul" [ "x"; "w" ] "y" []

let tests =
    testList "refused models" [
        testCase "an operator that is not known is named, with its node and those that are"
        <| fun () ->
            let bytes =
                graph [ "x", [ 3L ] ] [ "z" ] [
                    product
                    node "LSTM" [ "y" ] "h" []
                    node "com.acme.Swirl" [ "h" ] "z" []
                ] [ weight ]

            says
                "its operators are not known here: LSTM, com.acme.Swirl (first at node '/h'); known are Abs, Add"
                bytes

        testCase "inputs, outputs and parameters of which there is not one"
        <| fun () ->
            says
                "2 inputs (x, u), and one is wanted"
                (graph [ "x", [ 3L ]; "u", [ 3L ] ] [ "y" ] [ product ] [ weight ])

            says
                "2 outputs (y, z), and one is wanted"
                (graph [ "x", [ 3L ] ] [ "y"; "z" ] [ product; node "Relu" [ "y" ] "z" [] ] [ weight ])

            says "it has no parameters" (graph [ "x", [ 3L ] ] [ "y" ] [ node "Relu" [ "x" ] "y" [] ] [])

            says
                "its parameters are float16"
                (graph [ "x", [ 3L ] ] [ "y" ] [ product ] [ { weight with Element = 10 } ])

            says
                "lie in another file, w.bin"
                (graph [ "x", [ 3L ] ] [ "y" ] [ product ] [
                    { weight with Content = OnnxContent.Elsewhere "w.bin" }
                ])

            says
                "fewer than no places"
                (graph [ "x", [ 3L ] ] [ "y" ] [ product ] [ { weight with Sizes = [ -3L; -2L ] } ])

            says
                "its tensor 'w' has axes that no tensor has"
                (graph [ "x", [ 3L ] ] [ "y" ] [ product ] [
                    real false "w" [ 0L; 1L <<< 40; 1L <<< 40 ] [||]
                ])

        testCase "shapes that do not fit are refused with the node, on the first row"
        <| fun () ->
            let bytes = graph [ "x", [ 4L ] ] [ "y" ] [ product ] [ weight ]

            let refusal =
                Expect.wantError
                    (kernel
                        Precision.single
                        None
                        None
                        Trace
                        1e9
                        bytes
                        (Matrix.map float32 (random 1 3 4))
                        None)
                    "refused"

            Expect.stringContains
                refusal.Sentence
                "model: on the first row: its node '/y' (MatMul): 1 × 4 and 3 × 2 have no product."
                "which"

        testCase
            "TorchScript without a program, without parameters, of two inputs, and what is no model at all"
        <| fun () ->
            says
                "it holds tensors or a Python object, as torch.save writes them, and no program"
                (withoutProgram [ w ])

            says "it has no parameters" (write true [] [ "return x" ])

            says
                "none of its 1 parameters"
                (write true [ { w with IsTrained = false } ] [ "return torch.matmul(x, self.w)" ])

            says
                "its forward takes 2 inputs, and one is wanted"
                (taking "x: Tensor,\n    y: Tensor" [ w ] [ "return torch.matmul(x, self.w)" ])

            says
                "larger than what the archive holds"
                (write true [ { w with Sizes = [ 2L; 3L ] } ] [ "return torch.matmul(x, self.w)" ])

            says "it is no ONNX model" [||]
            says "it is no ONNX model" (Encoding.UTF8.GetBytes "model weights")

        testCase "damage of a TorchScript file's parts is found by their checksums"
        <| fun () ->
            let whole = torchScript true network (drawn ())
            // Behind the parts stands the list of their names: another name may end LibTorch, and is tried in a process of its own.
            let parts = whole.AsSpan().IndexOf("PK\x01\x02"B.AsSpan())

            for place in 0..7 .. parts - 1 do
                let bytes = Array.copy whole
                bytes[place] <- bytes[place] ^^^ 0x55uy

                match OwnModelFile.read None "m" bytes with
                | Ok _ -> () // a name, a date: nothing that counts
                | Error e -> Expect.stringStarts e.Sentence "m: " "it names the file"

            says "it is no TorchScript archive, or not the whole of one" whole[.. whole.Length / 2]
    ]
