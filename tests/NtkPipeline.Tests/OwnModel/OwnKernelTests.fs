module NtkPipeline.Tests.OwnKernelTests

open Expecto
open TorchSharp
open NtkPipeline.Core
open NtkPipeline.Tests.Matrices
open NtkPipeline.Tests.OwnNetworks
open NtkPipeline.Tests.TorchScriptFile

/// Networks of three layers, one to three outputs.
let private networks = [
    "dense 9 w=1.4 b=0.3 | relu | dense 7 b=0.2 | erf | dense 3 b=0.1"
    "dense 8 | tanh | dense 6 | gelu | dense 1"
    "dense 8 param=standard b=0.3 | gelu | dense 5 param=standard b=0.2 | relu | dense 2 b=0.1 param=standard"
]

/// In the definition's own arithmetic, float64, of the numbers that a file of this precision holds.
let private rounded (theta: DenseParameters[]) =
    let round (t: torch.Tensor) = t.``to``(torch.float32).``to`` torch.float64
    theta |> Array.map (fun layer -> { W = round layer.W; B = Option.map round layer.B })

let private oracle network (theta: DenseParameters[]) (x: Matrix<float>) (z: Matrix<float> option) =
    use _ = torch.NewDisposeScope()
    let jacobian (m: Matrix<float>) = EmpiricalNtk.jacobian network theta (Tensors.ofMatrix64 m)
    Tensors.toMatrix64 ((jacobian x).mm((jacobian (defaultArg z x)).t()))

let private single (m: Matrix<float>) = Matrix.map float32 m

let private plenty = 1e9

let private wantKernel result = Expect.wantOk result "a kernel"

/// W relu(W x) of one tensor under two names.
let private tied =
    let w = trained "w" [ 3L; 3L ] [| for k in 1..9 -> cos (float k) |]

    write true [ w; { w with Name = "v"; SharedWith = Some "w" } ] [
        "return torch.matmul(torch.relu(torch.matmul(x, self.w)), self.v)"
    ]

let tests =
    testList "kernel of a model's file" [
        for text in networks do
            testCase $"%s{text}: as TorchScript and ONNX it is the AD oracle's, for every choice of outputs"
            <| fun () ->
                let network = Networks.parse text
                let count = Network.outputs network
                use _ = torch.NewDisposeScope()
                let theta = Forward.draw network 4 (Seed.root 5UL) torch.float64
                let x, z = random 1 37 4, random 2 9 4

                for other in [ None; Some z ] do
                    let double = oracle network theta x other

                    let ofSingle =
                        oracle
                            network
                            (rounded theta)
                            (Matrix.map float (single x))
                            (other |> Option.map (single >> Matrix.map float))

                    for outputs in [ Trace; Diagonal; Full ] do
                        let inDouble asked bytes =
                            kernel Precision.double asked None outputs plenty bytes x other |> wantKernel

                        let inSingle bytes =
                            kernel
                                Precision.single
                                None
                                None
                                outputs
                                plenty
                                bytes
                                (single x)
                                (Option.map single other)
                            |> wantKernel

                        near
                            1e-9
                            (inForm outputs count double)
                            (inDouble None (torchScript true network theta))

                        near 1e-9 (inForm outputs count double) (inDouble None (onnx true network theta))
                        near 1e-5 (inForm outputs count ofSingle) (inSingle (torchScript false network theta))
                        near 1e-5 (inForm outputs count ofSingle) (inSingle (onnx false network theta))

        testCase "a file of float32 is computed in float64 on demand, where the file does not forbid it"
        <| fun () ->
            let network = Networks.parse networks[0]
            use _ = torch.NewDisposeScope()
            let theta = rounded (Forward.draw network 4 (Seed.root 5UL) torch.float64)
            let x = random 1 6 4

            kernel Precision.double (Some "float64") None Trace plenty (onnx false network theta) x None
            |> wantKernel
            |> near 1e-6 (inForm Trace 3 (oracle network theta x None))

            let refusal =
                kernel
                    Precision.double
                    (Some "float64")
                    None
                    Trace
                    plenty
                    (torchScript false network theta)
                    x
                    None

            Expect.stringContains
                (Expect.wantError refusal "refused").Sentence
                "TorchScript of Float32 and is computed in that; leave --precision out"
                "why"

        testCase "the size of tiles moves no bit, and what one row needs is said where it is too much"
        <| fun () ->
            let network = Networks.parse networks[0]
            use _ = torch.NewDisposeScope()
            let theta = Forward.draw network 4 (Seed.root 5UL) torch.float64
            let bytes, x = onnx true network theta, random 1 150 4
            let inMemory memory = kernel Precision.double None None Full memory bytes x None
            let whole = inMemory plenty |> wantKernel
            // Of 139 parameters, three outputs and 150 rows: tiles of 32 rows and no more.
            Expect.equal (inMemory 500_000.0 |> wantKernel) whole "the same bits"
            let refusal = Expect.wantError (inMemory 10_000.0) "refused"
            Expect.stringContains refusal.Sentence "for the gradients of 3 outputs by 139 parameters" "what"
            Expect.stringContains refusal.Sentence "220.01 MB may be used" "and how much there is"

        testCase "a weight that two layers share is one parameter"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let model = Expect.wantOk (OwnModelFile.read None "m" tied) "read"
            Expect.equal (OwnModel.count model) 9L "nine numbers"
            let x = random 3 8 3
            let w = torch.tensor([| for k in 1..9 -> cos (float k) |]).reshape(3L, 3L)
            let f (p: torch.Tensor[]) (x: torch.Tensor) = x.mm(p[0]).relu().mm p[0]
            let rows = Tensors.ofMatrix64 x

            kernel Precision.double None None Full plenty tied x None
            |> wantKernel
            |> near 1e-12 (inForm Full 3 (definition f [| w |] rows rows))

        testCase "what was saved as a constant is none of the parameters, and buffers are not"
        <| fun () ->
            use _ = torch.NewDisposeScope()

            let frozen = {
                trained "frozen" [ 3L; 3L ] [| for k in 1..9 -> sin (float k) |] with
                    IsTrained = false
            }

            let buffer = {
                trained "shift" [ 3L ] [| 1.0; 2.0; 3.0 |] with
                    IsBuffer = true
                    IsTrained = false
            }

            let w = trained "w" [ 3L; 2L ] [| 1.0; -2.0; 0.5; 3.0; -1.0; 2.0 |]

            let body = [
                "return torch.matmul(torch.relu(torch.add(torch.matmul(x, self.frozen), self.shift)), self.w)"
            ]

            let x = random 3 5 3
            let fixed' = torch.tensor([| for k in 1..9 -> sin (float k) |]).reshape(3L, 3L)
            let shift = torch.tensor [| 1.0; 2.0; 3.0 |]
            let f (p: torch.Tensor[]) (x: torch.Tensor) = x.mm(fixed').add(shift).relu().mm p[0]
            let rows = Tensors.ofMatrix64 x

            kernel Precision.double None None Trace plenty (write true [ frozen; buffer; w ] body) x None
            |> wantKernel
            |> near
                1e-12
                (inForm Trace 2 (definition f [| torch.tensor(w.Values).reshape(3L, 2L) |] rows rows))

        testCase "a row that a parameter does not reach has no gradient by it"
        <| fun () ->
            let x = Matrix.create 2 1 [| 2.0; -2.0 |]
            let tensors = [ trained "a" [ 1L ] [| 3.0 |]; trained "b" [ 1L ] [| 4.0 |] ]

            let body = [
                "if bool(torch.gt(torch.sum(x), 0.)):"
                "  h = torch.mul(x, self.a)"
                "else:"
                "  h = torch.mul(x, self.b)"
                "return h"
            ]

            let found =
                kernel Precision.double None None Trace plenty (write true tensors body) x None |> wantKernel

            Expect.equal found [| 4.0; 0.0; 0.0; 4.0 |] "x² by its own parameter, 0 with the other row"
    ]
