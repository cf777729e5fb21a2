module NtkPipeline.Tests.ModelShapeTests

open System.IO
open Expecto
open TorchSharp
open NtkPipeline.Core
open NtkPipeline.Tests.TorchScriptFile
open NtkPipeline.Tests.KernelFiles
open NtkPipeline.Tests.Ntk

let tests =
    testList "kernel of a model's file, by the shape of its rows" [
        testCase "rows of several axes are given to the model as they are, or as an option says"
        <| inFolder (fun folder ->
            let at name = Path.Combine(folder, name)
            let w = trained "w" [ 2L; 1L; 2L; 2L ] [| for k in 1..8 -> sin (float k) |]

            let body = [
                "return torch.flatten(torch.relu(torch.conv2d(x, self.w, None, [1, 1], [0, 0], [1, 1], 1)), 1, -1)"
            ]

            File.WriteAllBytes(at "model.pt", TorchScriptFile.write true [ w ] body)
            let rows = Matrices.random 1 5 9
            write folder "flat" rows |> ignore

            let save name shape =
                use file = File.Create(at name)
                Npy.writeShaped file shape rows.Values

            save "images.npy" [| 5; 1; 3; 3 |]
            save "deep.npy" [| 5; 1; 1; 1; 1; 1; 1; 3; 3 |]

            let call x extra =
                [
                    "kernel"
                    "--model"
                    at "model.pt"
                    "--x"
                    at x
                    "--out"
                    at "K.npy"
                    "--outputs"
                    "diagonal"
                ]
                @ extra

            wantDone (call "images.npy" [ "--z"; at "images.npy" ]) |> ignore
            Expect.equal (shape (at "K.npy")) "5, 5, 8" "each output"
            let found = values (at "K.npy")
            wantDone (call "flat.npy" [ "--z"; at "images.npy"; "--input-shape"; "1x3x3" ]) |> ignore
            Expect.equal (values (at "K.npy")) found "the same"

            let f (p: torch.Tensor[]) (x: torch.Tensor) =
                (torch.nn.functional.conv2d (x.reshape (-1L, 1L, 3L, 3L), p[0])).relu().flatten(1L)

            use _ = torch.NewDisposeScope()
            let x = Tensors.ofMatrix64 rows
            let filter = torch.tensor(w.Values).reshape(2L, 1L, 2L, 2L)

            OwnNetworks.near
                1e-12
                (OwnNetworks.inForm Diagonal 8 (OwnNetworks.definition f [| filter |] x x))
                found

            refused
                1
                [ "model.pt: --input-shape 1 × 3 × 2 is 6 numbers" ]
                (call "flat.npy" [ "--input-shape"; "1x3x2" ])

            refused 1 [ "deep.npy: its shape is"; "one to 8 dimensions are read here" ] (call "deep.npy" []))
    ]
