using NtkPipeline.Arrays;

// A program of somebody else's: it has NtkPipeline.Runtime from a package, and nothing of the clone.
const string network = "dense 512 | relu | dense 1";
var failures = 0;

void Expect(bool holds, string what)
{
    Console.WriteLine($"{(holds ? "ok" : "WRONG")}: {what}");
    failures += holds ? 0 : 1;
}

bool Close(double a, double b, double tolerance) => Math.Abs(a - b) <= tolerance;

// Two unit rows at a right angle, d = 2: Θ is 1/d of each with itself and 1/(2πd) of the two.
var corner = NetworkKernel.Ntk(network, new double[,] { { 1, 0 }, { 0, 1 } });
Expect(Close(corner[0, 0], 0.5, 1e-12) && Close(corner[0, 1], 1 / (4 * Math.PI), 1e-12), "the kernel is the closed form's");

// 24 points of a plane and a wave over them.
const int rows = 24;
var x = new double[rows, 2];
var y = new double[rows];

for (var i = 0; i < rows; i++)
{
    var angle = 2 * Math.PI * i / rows;
    (x[i, 0], x[i, 1]) = (Math.Cos(angle), Math.Sin(angle));
    y[i] = Math.Sin(2 * angle);
}

// Regression: the best λ by leave-one-out, whose error is that of really leaving rows out.
var kernel = NetworkKernel.Ntk(network, x);
var fit = KernelRegression.Choose(kernel, y);
var worst = Enumerable.Range(0, rows).Max(row => Math.Abs(fit.LeftOut[row, 0] - FittedWithout(row)));
Console.WriteLine($"λ = {fit.Ridge:g3}, leave-one-out error {fit.LeaveOneOutError:g3}");
Expect(worst < 1e-8, "leave-one-out is what fits without each row say");
Expect(fit.LeaveOneOutError < 0.05 * 0.5, "the kernel explains the wave");
Expect(Close(fit.Predict(kernel)[3, 0], fit.Fitted[3, 0], 1e-9), "predictions on the training rows are the fitted values");

// A network of this kind, trained for real.
var model = NetworkTraining.Train("dense 256 | relu | dense 1 | centred", x, y, epochs: 300, batchSize: 0);
Console.WriteLine($"loss {model.Losses[0]:g3} → {model.Losses[^1]:g3} in {model.Losses.Length - 1} epochs");
Expect(!model.IsDiverged && model.Losses[^1] < 0.2 * model.Losses[0], "training lowers the loss");
var predicted = model.Predict(x);
var loss = 0.5 * predicted.Select((f, i) => (f - y[i]) * (f - y[i])).Average();
Expect(Close(loss, model.Losses[^1], 1e-9), "its predictions have the loss that it says");

// What is refused says why.
try
{
    NetworkKernel.Ntk("dense 512 | relux | dense 1", x);
    Expect(false, "a network that is none is refused");
}
catch (RefusedException refusal)
{
    Expect(refusal.Message.Contains("relux"), "a network that is none is refused by name");
}

Console.WriteLine(failures == 0 ? "a C# project: all of it holds" : $"{failures} are wrong");
return failures == 0 ? 0 : 1;

double FittedWithout(int row)
{
    int[] kept = [.. Enumerable.Range(0, rows).Where(other => other != row)];
    var part = new double[kept.Length, kept.Length];
    var cross = new double[1, kept.Length];

    for (var i = 0; i < kept.Length; i++)
    {
        cross[0, i] = kernel[row, kept[i]];

        for (var j = 0; j < kept.Length; j++)
            part[i, j] = kernel[kept[i], kept[j]];
    }

    return KernelRegression.Fit(part, [.. kept.Select(i => y[i])], fit.Ridge).Predict(cross)[0, 0];
}
